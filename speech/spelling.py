"""English words that no dictionary has, spelt by rule: letters in their surroundings to phones.

Good enough for lips and for finding the word in the sound; about every fifth phone of unusual words is another.
"""

from __future__ import annotations

import re
from functools import cache

from speech.phones import Pronunciation

_VOWEL = "[aeiouy]"
_MAGIC = "(?=[bcdfgklmnpstvz]e(?:s|d|r|rs)?$|[bcdfgklmnpstvz](?:ing|ings|ed)$|[bcdfgklmnpstvz]i(?:ty|al|on|ous|an|um)$)"
"""One consonant and a silent e: the vowel before says its name."""
# letters (a regular expression, `^` and `$` at the word's ends): phones. The first that fits is taken.
_RULES = (
    ("^kn|^gn|^pn", "N"), ("^wr", "R"), ("^ps", "S"), ("^x", "Z"), ("^wh(?=o)", "HH"), ("wh", "W"), ("^rh", "R"),
    ("^mc", "M AH K"), ("^y(?=" + _VOWEL + ")", "Y"),
    ("tsch", "CH"), ("tch", "CH"), ("sch(?=[lmnw])", "SH"), ("sch", "S K"), ("ch(?=[rl])", "K"), ("ch", "CH"),
    ("ck|cq", "K"), ("sh", "SH"), ("ssion", "SH AH N"), ("(?<=[aeiou])sion", "ZH AH N"), ("sion", "SH AH N"),
    ("tion", "SH AH N"), ("cious|tious|scious", "SH AH S"), ("[ct]ial", "SH AH L"), ("[ct]ian", "SH AH N"),
    ("(?<=[aeiou])sur", "ZH ER"), ("(?<=[^s])tur(?=e|al|y|ed)", "CH ER"),
    ("ph", "F"), ("th(?=er|e$|em|at|is|ose)", "DH"), ("th", "TH"), ("dge", "JH"), ("dg", "JH"), ("^gh", "G"),
    ("gh", ""), ("ng(?=[aeiouwyr])", "NG G"), ("ng", "NG"), ("n(?=[kxq])", "NG"), ("mb$|mn$", "M"),
    ("mb(?=s$|ed$|ing$)", "M"), ("gn(?=$|ed$|s$|ing$)", "N"),
    ("sc(?=[eiy])", "S"), ("cc(?=[eiy])", "K S"), ("c(?=[eiy])", "S"), ("c+", "K"), ("gg", "G"),
    ("g(?=e$|es$|ed$|y|i[aoe]|eo|er$|en|em|in$|ist)", "JH"), ("gu(?=[eiy])", "G"), ("g", "G"), ("j", "JH"),
    ("qu", "K W"), ("q", "K"), ("x", "K S"),
    # endings
    ("(?<=[td])ed$", "AH D"), ("(?<=[pkfsxh])ed$", "T"), ("ed$", "D"), ("(?<=[szx])es$|(?<=[cs]h)es$", "AH Z"),
    ("(?<=[cg])es$", "AH Z"), ("(?<=[ptkf])s$|(?<=[ptkf]e)s$", "S"), ("(?<=[aeiouy][^aeious])s$", "Z"),
    ("(?<=[bdglmnrvwy])s$", "Z"), ("(?<=[bcdfgkptz])les$", "AH L Z"), ("(?<=[bcdfgkptz])le$", "AH L"),
    ("(?<=[^aeiouy]i)er$", "ER"), ("ous$", "AH S"), ("ful$", "F AH L"), ("age$", "IH JH"), ("ate$", "EY T"),
    ("(?<=..)ies$", "IY Z"), ("(?<=..)ied$", "IY D"), ("(?<=[^aeiouy])ey$", "IY"), ("(?<=.)ism$", "IH Z AH M"),
    # vowels before r
    ("eer|ier$|ear$|eir$", "IH R"), ("ear(?=[^aeiouy])", "ER"), ("air|are$|ayer|aer", "EH R"), ("ear", "IH R"),
    ("arr", "EH R"), ("(?<=w)ar", "AO R"), ("(?<=[^aeiou])ar(?=d$|ds$)", "ER"), ("ar(?=[aeiouy])", "EH R"),
    ("ar", "AA R"), ("err(?=[aeiouy])", "EH R"), ("(?<=w)or(?=[dklmst])", "ER"), ("or$", "ER"), ("oor|our|oar", "AO R"),
    ("orr|or", "AO R"), ("er(?=[aeiouy].)", "EH R"), ("er|ir(?=[^aeiou]|$)|ur|yr(?=[^aeiou])", "ER"),
    ("ire", "AY ER"), ("ir", "IH R"), ("yr", "IH R"),
    # two vowels
    ("augh|ough(?=t)", "AO"), ("ough", "OW"), ("igh|eigh(?=t$)", "AY"), ("eigh", "EY"), ("eau", "OW"), ("ai|ay", "EY"),
    ("au|aw", "AO"), ("eew", "UW"), ("ee", "IY"), ("ea(?=d$|th|lth|nt|sur)", "EH"), ("ea", "IY"), ("ei(?=n|l)", "AY"),
    ("ei", "IY"), ("eu", "Y UW"), ("(?<=[lrjdtn])ew", "UW"), ("ew", "Y UW"), ("ey", "EY"), ("ie$", "IY"),
    ("ie(?=w)", "Y UW"), ("ie", "IY"), ("oa|oe$|oh", "OW"), ("oi|oy", "OY"), ("oo(?=k|d$)", "UH"), ("oo", "UW"),
    ("ou", "AW"), ("ow$|ow(?=[sne])", "OW"), ("ow", "AW"), ("ue$|ui|ue", "UW"), ("uy", "AY"),
    ("ya", "Y AH"), ("ia", "IY AH"), ("io", "IY OW"), ("iu", "IY AH"),
    # single vowels
    ("a" + _MAGIC, "EY"), ("i" + _MAGIC, "AY"), ("o" + _MAGIC, "OW"), ("(?<=[lrjdtn])u" + _MAGIC, "UW"),
    ("u" + _MAGIC, "Y UW"), ("e(?=[bcdfgklmnpstvz]e$)", "IY"), ("y(?=[bcdfgklmnpstvz]e$)", "AY"),
    ("a$", "AH"), ("(?<=[wq])a(?=[^aeiouyx])", "AA"), ("al(?=[kd])", "AO L"), ("all", "AO L"), ("a", "AE"),
    ("(?<=^[^aeiouy])e$", "IY"), ("(?<=^[^aeiouy][^aeiouy])e$", "IY"), ("e$", ""),
    ("e(?=s$)", ""), ("(?<=[^aeiouy])e(?=(?:ly|ment|ness|ful|less)s?$)", ""), ("e(?=[nl]$)", "AH"), ("e", "EH"),
    ("i(?=nd$|ld$|gn$)", "AY"), ("^i$", "AY"), ("i$", "IY"), ("i", "IH"), ("o(?=ld|lt|st$)", "OW"), ("o$", "OW"),
    ("o(?=n$)", "AH"), ("o", "AA"), ("(?<=^[pbf])u(?=[ls])", "UH"), ("u$", "UW"), ("u", "AH"),
    ("(?<=^[^aeiouy])y$", "AY"), ("(?<=^[^aeiouy][^aeiouy])y$", "AY"), ("y$", "IY"), ("y(?=" + _VOWEL + ")", "Y"),
    ("y", "IH"),
    # consonants; doubled ones count once
    ("bb?", "B"), ("dd?", "D"), ("ff?", "F"), ("h(?=" + _VOWEL + ")", "HH"), ("h", ""), ("kk?", "K"), ("ll?", "L"),
    ("mm?", "M"), ("nn?", "N"), ("pp?", "P"), ("rr?", "R"), ("ss?", "S"), ("tt?", "T"), ("vv?", "V"),
    ("w(?=" + _VOWEL + ")", "W"), ("w", ""), ("zz?", "Z"),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(letters), tuple(phones.split())) for letters, phones in _RULES)


def spelt(word: str) -> Pronunciation:
    """Phones for a word of the letters a to z; other characters say nothing.

    At least one phone, if there is a letter.
    """
    text = re.sub("[^a-z]", "", word.lower())
    found: list[str] = []
    at = 0
    while at < len(text):
        for pattern, phones in _compiled():
            match = pattern.match(text, at)
            if match and match.end() > at:
                found += phones
                at = match.end()
                break
        else:
            at += 1
    if not found and text:
        found = [phone for letter in text for phone in LETTERS[letter]]
    return tuple(found)


LETTERS: dict[str, Pronunciation] = {
    letter: tuple(phones.split())
    for letter, phones in {
        "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH",
        "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY",
        "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW",
        "x": "EH K S", "y": "W AY", "z": "Z IY",
    }.items()
}  # fmt: skip
"""How each letter is called."""
