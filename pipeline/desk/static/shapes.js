// What a JSON Schema allows at a place, as a form needs to know it.

export class Shapes {
  constructor(schema) { this.schema = schema; }

  // a schema itself, references followed
  of(schema) {
    if (!schema.$ref) return schema;
    const { $ref, ...rest } = schema;
    return { ...this.schema.$defs[$ref.split("/").at(-1)], ...rest };
  }

  // the ways in which a value can be written: plain values together, then each kind of mapping and list
  ways(schema) {
    const all = this.flat(schema).filter(({ type }) => type !== "null");
    const plain = all.filter(({ type }) => type !== "object" && type !== "array");
    return [...(plain.length ? [{ plain }] : []), ...all.filter((one) => !plain.includes(one))];
  }

  flat(schema) {
    const found = this.of(schema);
    const several = found.type || found.enum || "const" in found ? null : found.anyOf ?? found.oneOf;
    return several ? several.flatMap((one) => this.flat(one)) : [found];
  }

  // the way in which this value is written
  way(ways, value) {
    if (Array.isArray(value)) return ways.find(({ type }) => type === "array") ?? ways[0];
    if (value === null || typeof value !== "object") return ways.find(({ plain }) => plain) ?? ways[0];
    const fits = ({ properties = {} }) => Object.keys(value).filter((key) => key in properties).length;
    const mappings = ways.filter(({ type }) => type === "object");
    return mappings.length ? mappings.reduce((best, one) => (fits(one) > fits(best) ? one : best)) : ways[0];
  }

  // what stands at a place when it is filled in first
  begin(schema, way = this.ways(schema)[0]) {
    const known = this.of(schema).default;
    if (way.plain) {
      const [first] = way.plain;
      if (known !== null && known !== undefined && typeof known !== "object") return typeof known === "boolean" ? !known : known;
      if ("const" in first) return first.const;
      return first.enum?.[0] ?? { boolean: true, number: first.minimum ?? 0, integer: first.minimum ?? 0 }[first.type] ?? "";
    }
    if (way.type === "array") {
      if (Array.isArray(known) && known.length) return known;
      const count = way.minItems ?? 0;
      return Array.from({ length: count }, () => this.begin(way.items));
    }
    const needed = [...(way.required ?? []), ...(way.oneOf?.[0]?.required ?? [])];
    return Object.fromEntries(needed.map((key) => [key, this.begin(way.properties[key])]));
  }

  // the same in another way: a file's name alone, and the mapping that it is short for
  turned(value, way) {
    const main = (one) => (one.required ?? []).find((key) => this.ways(one.properties[key])[0].plain);
    if (way.plain) return value && typeof value === "object" ? String(Object.values(value).find((one) => typeof one === "string") ?? "") : value;
    const begun = this.begin(way, way);
    return way.type === "object" && typeof value === "string" && main(way) ? { ...begun, [main(way)]: value } : begun;
  }

  // what a way is called in a menu; files: whether files go there
  name(way, files) {
    if (way.plain) return files ? "a file" : way.plain.some(({ type }) => type === "number") ? "a time" : "a word";
    if (way.type === "array") return "a list";
    const fields = Object.keys(way.properties ?? {});
    return fields.length > 3 ? "with settings" : fields.join(", ").replaceAll("_", " ");
  }
}
