"""Numbers in English words, as they are sung."""

from __future__ import annotations

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_LARGE = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_LONGEST = 12


def number_words(digits: str) -> list[str]:
    """Words for a whole number: "24" -> twenty four; "1999" -> nineteen ninety nine, as years are said.

    More digits than trillions have, and those that begin with 0 ("007"), are said one by one.
    """
    if len(digits) > _LONGEST or (len(digits) > 1 and digits[0] == "0"):
        return [_ONES[int(digit)] for digit in digits]
    value = int(digits)
    if 1100 <= value < 2000 or 2010 <= value < 2100:
        rest = value % 100
        tail = ["hundred"] if rest == 0 else ["oh", _ONES[rest]] if rest < 10 else _cardinal(rest)
        return [*_cardinal(value // 100), *tail]
    return _cardinal(value)


def _cardinal(value: int) -> list[str]:
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10 - 2], *([_ONES[value % 10]] if value % 10 else [])]
    size, name = next(each for each in _LARGE if value >= each[0])
    return [*_cardinal(value // size), name, *(_cardinal(value % size) if value % size else [])]
