// Times as a manifest writes them, as foundation/timecode.py reads them.

const CLOCK = /^(?:(\d{1,2}):)?(\d{1,2}):(\d{2}(?:\.\d{1,12})?)$/;
const TIMECODE = /^(\d{2}):(\d{2}):(\d{2})([:;])(\d{2,3})$/;
const PART = /^(\d+)\/(\d+)$/;

// seconds; of a frame's number or a timecode, by the rate [numerator, denominator] of its clip; null: it is no time
export function secondsOf(written, fps = null) {
  const text = typeof written === "number" ? String(written) : written;
  if (typeof text === "string") return ofText(text.trim(), fps);
  return fps && Number.isInteger(text?.frame) ? (text.frame * fps[1]) / fps[0] : null;
}

function ofText(text, fps) {
  if (text.startsWith("-")) return ofText(text.slice(1), fps) === null ? null : -ofText(text.slice(1), fps);
  const [clock, code, part] = [text.match(CLOCK), text.match(TIMECODE), text.match(PART)];
  if (clock) return 3600 * (clock[1] ?? 0) + 60 * clock[2] + Number(clock[3]);
  if (part) return part[1] / part[2];
  if (code) return fps && (frameOf(code, fps) * fps[1]) / fps[0];
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
}

// SMPTE ST 12-1
function frameOf([, hours, minutes, seconds, mark, frames], [numerator, denominator]) {
  const count = Math.round(numerator / denominator);
  const passed = 60 * hours + Number(minutes);
  const dropped = mark === ";" ? (count / 15) * (passed - Math.floor(passed / 10)) : 0;
  return (60 * passed + Number(seconds)) * count + Number(frames) - dropped;
}

export const rounded = (seconds) => Math.round(100 * seconds) / 100;

// 1:02.50
export function shown(seconds) {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - 60 * minutes).toFixed(2).padStart(5, "0")}`;
}
