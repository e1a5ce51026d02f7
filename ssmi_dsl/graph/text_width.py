"""Widths of text in DejaVu Sans and Verdana, whose metrics are alike and wider than those of most fonts: what fits here fits elsewhere."""

# advance widths of U+0020 to U+007E in thousandths of the font size
_REGULAR = (
    "318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636 636 337 337 838 838 838 "
    "531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787 695 635 611 732 684 989 685 611 685 390 337 390 838 "
    "500 500 613 635 550 635 615 352 635 634 278 278 579 278 974 634 612 635 635 411 521 392 634 592 818 592 592 525 636 337 636 838"
)
_WIDTHS = tuple(int(width) for width in _REGULAR.split())
# the widest of the letters and signs beyond ASCII that labels use
_OTHER = 838
_SUBSCRIPTS = frozenset("₀₁₂₃₄₅₆₇₈₉")
_SUBSCRIPT = 401
_BOLD = 1.15


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of one line of text, in the unit of `size`."""
    total = sum(_advance(character) for character in text) * size / 1000
    return total * _BOLD if bold else total


def _advance(character: str) -> int:
    index = ord(character) - 32
    if 0 <= index < len(_WIDTHS):
        return _WIDTHS[index]
    return _SUBSCRIPT if character in _SUBSCRIPTS else _OTHER
