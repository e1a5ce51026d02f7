"""Bad files, by kind: what each holds, the codes of the language (`SY...`) that it must get, and the exit code of `ssmi lint`.

Contents are bytes, generated where they are long. A change of `SPEC`, which is clean, shows that nothing else is reported.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SPEC = """\
ssmi: 1
name: mine
paradigm: jmi
views:
  count: 2
  augment: simclr
encoder:
  backbone: resnet18
branches:
  online:
    projector: {mlp: [512, 128]}
  target:
    of: online
objective:
  bound: infonce
  critic: {cosine: {temperature: 0.2}}
  marginal: in-batch
optimize: {schedule: joint}
recipes:
  default:
    optimizer: {sgd: {lr: 0.1}}
    batch_size: 256
    epochs: 10
"""


@dataclass(frozen=True)
class Case:
    """`kind` is the number of the kind, `name` tells the cases of a kind apart."""

    kind: int
    name: str
    content: bytes
    codes: frozenset[str]
    exit_code: int

    @property
    def id(self) -> str:
        return f"{self.kind:02}-{self.name}"


def case(kind: int, name: str, content: str | bytes, codes: str = "", exit_code: int | None = None) -> Case:
    """A case; it exits 1 if it has codes, unless said otherwise."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    found = frozenset(codes.split())
    return Case(kind, name, data, found, (1 if found else 0) if exit_code is None else exit_code)


def changed(old: str, new: str) -> str:
    """The clean spec with `old` replaced by `new`."""
    assert SPEC.count(old) == 1, f"{old!r} must stand in the spec once"
    return SPEC.replace(old, new)


def nested(first: str, item: str, levels: int) -> str:
    """Levels of anchors that each repeat the one before: 9 ** levels nodes."""
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{level}: &a{level} {item.format(below=level - 1)}" for level in range(1, levels)]
    return "\n".join(lines) + "\n"


def all_cases() -> Iterator[Case]:
    yield from _files()
    yield from _bytes()
    yield from _keys()
    yield from _aliases()
    yield from _sizes()
    yield from _tags_and_scalars()
    yield from _values()
    yield from _names_and_references()
    yield from _output()
    yield from _suppressions()


def _files() -> Iterator[Case]:
    yield case(1, "empty", b"", "SY004")
    yield case(1, "blank", b" \n\n  \n", "SY004")
    yield case(2, "only-comments", b"# a comment\n  # another", "SY004")
    yield case(3, "only-a-marker", b"---", "SY004")
    yield case(3, "two-markers", b"---\n---\n", "SY010")
    yield case(4, "two-documents", SPEC + "---\n" + SPEC, "SY010")
    yield case(5, "garbage-after-the-end", SPEC + "...\n}{\n", "SY001")
    yield case(5, "document-after-the-end", SPEC + "...\na: 1\n", "SY001")
    yield case(6, "list", b"- a\n- b\n", "SY004")
    yield case(7, "scalar", b"word\n", "SY004")
    yield case(7, "null", b"~\n", "SY004")


def _bytes() -> Iterator[Case]:
    yield case(8, "byte-order-mark", b"\xef\xbb\xbf" + SPEC.encode())
    yield case(8, "second-byte-order-mark", b"\xef\xbb\xbf\xef\xbb\xbf" + SPEC.encode(), "SY013")
    yield case(9, "utf-16-le", b"\xff\xfe" + SPEC.encode("utf-16-le"), "SY010")
    yield case(9, "utf-16-be", b"\xfe\xff" + SPEC.encode("utf-16-be"), "SY010")
    yield case(9, "utf-16-without-mark", SPEC.encode("utf-16-le"), "SY010")
    yield case(9, "utf-32", SPEC.encode("utf-32"), "SY010")
    yield case(10, "latin-1", SPEC.replace("mine", "m\xe9").encode("latin-1"), "SY010")
    yield case(10, "cut-sequence", SPEC.encode() + b"title: \xf0\x9f", "SY010")
    yield case(10, "surrogate", SPEC.encode() + b"title: \xed\xa0\x80", "SY010")
    yield case(11, "nul", changed("mine", "mi\0ne"), "SY013")
    yield case(11, "escaped-nul", changed("name: mine", 'name: "mi\\0ne"'), "SY005")
    yield case(11, "only-nul", b"\0" * 1000, "SY013 SY004")
    yield case(12, "controls", SPEC + "title: a\x01\x07\x0b\x0c\x1b\x7f\x9fb\n", "SY013")
    yield case(13, "crlf", SPEC.replace("\n", "\r\n"))
    yield case(13, "lone-cr", SPEC.replace("\n", "\r"))
    yield case(13, "nel", SPEC + "title: a\x85b\n", "SY013")
    yield case(13, "ls-and-ps", SPEC + "title: a\u2028b\u2029c\n", "SY013")
    yield case(14, "no-final-newline", SPEC.rstrip("\n"))
    yield case(14, "blank-lines", SPEC + "\n" * 10_000)
    yield case(15, "tab-as-indentation", changed("  count: 2", "\tcount: 2"), "SY001")
    yield case(15, "tab-after-a-colon", changed("count: 2", "count:\t2"))
    yield case(16, "no-break-space-as-indentation", changed("  count: 2", "\xa0\xa0count: 2"), "SY001")
    yield case(16, "no-break-space-after-a-colon", changed("  count: 2", "  count:\xa02"), "SY001")
    yield case(17, "zero-width-in-a-key", changed("  count: 2", "  cou\u200bnt: 2"), "SY013")
    yield case(17, "bidirectional-in-a-comment", SPEC + "# \u202e thgir\u2066\n", "SY013")
    yield case(17, "cyrillic-letter-in-a-key", changed("  count: 2", "  c\u043eunt: 2"), "SY002")
    yield case(17, "soft-hyphen-in-a-key", changed("  count: 2", "  cou\u00adnt: 2"), "SY013")
    yield case(17, "tag-characters", SPEC + "title: a\U000e0041\U000e0042\n", "SY013")


def _keys() -> Iterator[Case]:
    yield case(18, "duplicate", SPEC + "name: other\n", "SY003")
    yield case(18, "duplicate-in-quotes", SPEC + '"name": other\n', "SY003")
    yield case(18, "duplicate-by-merge", SPEC + "<<: {name: other}\n", "SY010")
    yield case(18, "ten-thousand-times", SPEC + "name: x\n" * 9000, "SY003 SY008")
    yield case(19, "other-normalisation", SPEC + "\xe9: 1\ne\u0301: 2\n", "SY002")
    yield case(20, "list-as-key", SPEC + "? [1, 2]\n: 3\n", "SY010")
    yield case(20, "mapping-as-key", SPEC + "{a: 1}: 3\n", "SY010")
    yield case(21, "null-key", SPEC + "~: 1\n", "SY010")
    yield case(21, "empty-key", SPEC + ": 1\n", "SY001")
    yield case(21, "empty-explicit-key", SPEC + "?\n: 1\n", "SY010")
    yield case(21, "true-key", SPEC + "true: 1\n", "SY010")
    yield case(21, "on-key", SPEC + "on: 1\n", "SY002 SY009")
    yield case(21, "nan-key", SPEC + ".nan: 1\n", "SY010")
    yield case(21, "long-key", SPEC + "? " + "k" * 1100 + "\n: 1\n", "SY008")
    yield case(21, "long-key-without-mark", SPEC + "k" * 1100 + ": 1\n", "SY001")


def _aliases() -> Iterator[Case]:
    yield case(22, "laughs-of-lists", nested("[lol]", "[" + ", ".join(["*a{below}"] * 9) + "]", 20), "SY008")
    mapping = "{{" + ", ".join(f"k{index}: *a{{below}}" for index in range(9)) + "}}"
    yield case(23, "laughs-of-mappings", nested("{k: lol}", mapping, 20), "SY008")
    merge = "{{<<: [" + ", ".join(["*a{below}"] * 10) + "]}}"
    yield case(24, "merge-keys", nested("{k: 1}", merge, 20), "SY010 SY008")
    yield case(25, "quadratic", "a: &a " + "x" * 60_000 + "\nb: [" + "*a, " * 9_000 + "]\n", "SY008")
    yield case(26, "list-of-itself", SPEC + "title: &a [*a]\n", "SY010")
    yield case(26, "mapping-of-itself", SPEC + "title: &a {k: *a}\n", "SY010")
    yield case(27, "undefined", SPEC + "title: *nothing\n", "SY010")
    yield case(28, "anchor-given-twice", SPEC + "title: &a x\npaper: &a y\n")
    yield case(28, "alias-of-the-second", SPEC + "title: &a [x]\npaper: &a x\nlint: {ignore: [*a]}\n", "SY004")
    yield case(29, "merge-of-a-number", SPEC + "<<: 3\n", "SY010")
    yield case(29, "merge-of-a-list", SPEC + "<<: [1]\n", "SY010")
    yield case(29, "merge-twice", SPEC + "<<: {a: 1}\n<<: {b: 2}\n", "SY010")


def _sizes() -> Iterator[Case]:
    many = 100_000
    for name, opening, closing in (("flow-lists", "[", "]"), ("flow-mappings", "{a: ", "}"), ("block-lists", "- ", "")):
        yield case(30, f"{name}-unclosed", opening * many, "SY008")
        yield case(30, f"{name}-closed", "a: " * bool(closing) + opening * many + closing * many, "SY008")
    yield case(30, "complex-keys", "? " * many, "SY008 SY010")
    yield case(30, "mixed", "[{a: " * many, "SY008")
    yield case(30, "anchors", "".join(f"&a{index} [" for index in range(50_000)), "SY008")
    yield case(30, "indentation", "".join(" " * level + "a:\n" for level in range(1000)), "SY008")
    yield case(31, "ten-megabyte-scalar", b"a: " + b"x" * 10_000_000, "SY008")
    yield case(31, "two-mebibytes", b"# comment\n" * 210_000, "SY008")
    yield case(31, "hundred-thousand-keys", "".join(f"k{index}: 1\n" for index in range(many)), "SY008")
    yield case(
        31, "ten-thousand-unknown-keys", SPEC + "".join(f"k{index}: 1\n" for index in range(4900)), "SY002 SY008"
    )
    yield case(31, "long-scalar", SPEC + "title: " + "x" * 70_000, "SY008")
    yield case(31, "long-comment", SPEC + "#" + "x" * 900_000)
    yield case(31, "long-quoted-text", SPEC + 'title: "' + "\\u202e" * 5000 + '"\n')
    yield case(31, "mebibyte-of-quotes", SPEC + "title: " + "'" * 60_000 + "\n")
    branches = "".join(f"  b{index}: {{of: b{index + 1}}}\n" for index in range(2000))
    yield case(31, "two-thousand-branches", changed("  target:\n    of: online\n", branches), "SY005")
    recipes = "".join(f"  r{index}: {{method: {{views: {{count: 2}}}}}}\n" for index in range(1000))
    yield case(31, "thousand-recipes", SPEC + recipes, "SY005")
    yield case(31, "thousand-ambiguous", SPEC + "title: [" + "yes, " * 5000 + "]\n", "SY008 SY009")


def _tags_and_scalars() -> Iterator[Case]:
    yield case(32, "python-object", SPEC + "title: !!python/object/apply:os.system [ls]\n", "SY010")
    yield case(
        32, "tag-directive", "%TAG ! tag:yaml.org,2002:python/\n---\n" + SPEC + "title: !name:os.system x\n", "SY010"
    )
    yield case(32, "verbatim-tag", SPEC + "title: !<tag:yaml.org,2002:python/name:os.system> x\n", "SY010")
    for tag in ("!foo", "!!binary", "!!timestamp", "!!str", "!"):
        yield case(33, f"tag-{tag}", SPEC + f"title: {tag} x\n", "SY010")
    yield case(33, "tag-!!set", SPEC + "title: !!set {a, b}\n", "SY010")
    yield case(33, "tag-!!omap", SPEC + "title: !!omap [a: 1]\n", "SY010")
    for text in ("!!bool maybe", "!!int _", "!!float abc"):
        yield case(34, text.replace(" ", "-"), SPEC + f"title: {text}\n", "SY010")
    yield case(34, "impossible-date", SPEC + "title: 2024-13-45\n", "SY009", 0)
    yield case(35, "long-integer", changed("batch_size: 256", "batch_size: " + "9" * 60_000), "SY005")
    yield case(35, "long-hexadecimal", changed("batch_size: 256", "batch_size: 0x" + "f" * 60_000), "SY005")
    yield case(35, "hundred-thousand-digits", SPEC + "title: " + "1" * 100_000, "SY008")
    yield case(35, "sexagesimal", SPEC + "title: 1" + ":59" * 20_000 + "\n", "SY009", 0)
    yield case(35, "four-thousand-digits", changed("batch_size: 256", "batch_size: " + "9" * 4000), "")
    yield case(35, "infinite-exponent", changed("lr: 0.1", "lr: 1e99999"), "SY005")
    # numbers are no titles; text is, but another YAML reads it as something else
    for text in ("1_000", "1:30", "yes", "no", "on", "off", "0b1", "2024-01-02"):
        yield case(36, f"title-{text}", SPEC + f"title: {text}\n", "SY009", 0)
    for text in ("y", "n", "NaN", "1.2.3", "inf"):
        yield case(36, f"title-{text}", SPEC + f"title: {text}\n")
    for text in ("0o17", "1.", ".inf", "1e3", "true"):
        yield case(36, f"title-{text}", SPEC + f"title: {text}\n", "SY004")
    yield case(36, "title-010", SPEC + "title: 010\n", "SY004")


def _values() -> Iterator[Case]:
    for text in ("1e-3", "1e1", "1.", ".5", "+1", "1.10", "1"):
        yield case(36, f"lr-{text}", changed("lr: 0.1", f"lr: {text}"))
    for text in (".inf", ".nan", "-0.1", "0", "-.inf", "1e400"):
        yield case(37, f"lr-{text}", changed("lr: 0.1", f"lr: {text}"), "SY005")
    for text in ('"0.1"', "y", "~", "NaN", "[0.1]", "{}", "true"):
        yield case(37, f"lr-{text}", changed("lr: 0.1", f"lr: {text}"), "SY004")
    yield case(37, "true-for-one", changed("ssmi: 1", "ssmi: true"), "SY006")
    yield case(37, "one-for-true", changed("of: online", "of: online\n    stop_gradient: 1"), "SY006")
    yield case(37, "float-for-one", changed("ssmi: 1", "ssmi: 1.0"), "SY006")
    yield case(37, "float-for-integer", changed("batch_size: 256", "batch_size: 256.0"), "SY004")
    yield case(38, "future-version", "%YAML 9.9\n---\n" + SPEC, "SY001")
    yield case(38, "yaml-1.1", "%YAML 1.1\n---\n" + SPEC)
    yield case(38, "unknown-directive", "%WHAT is this\n---\n" + SPEC, "SY001")
    yield case(39, "unknown-key", changed("  count: 2", "  what: 2"), "SY002")
    yield case(39, "near-miss", changed("temperature", "temprature"), "SY002")
    yield case(39, "wrong-section", SPEC + "batch_size: 3\n", "SY002")
    yield case(39, "other-case", changed("  count: 2", "  Count: 2"), "SY002")
    yield case(39, "hyphen", changed("batch_size", "batch-size"), "SY002")
    yield case(39, "long-unknown-key", SPEC + "? " + "k" * 1000 + "\n: 1\n", "SY002")


def _names_and_references() -> Iterator[Case]:
    yield case(41, "unknown-paradigm", changed("paradigm: jmi", "paradigm: what"), "SY006")
    yield case(41, "unknown-bound", changed("bound: infonce", "bound: infonse"), "SY006")
    yield case(41, "empty-text", changed("bound: infonce", 'bound: ""'), "SY006")
    yield case(41, "long-word", changed("bound: infonce", "bound: " + "x" * 10_000), "SY006")
    yield case(41, "emoji-name", changed("name: mine", "name: \U0001f600"), "SY005")
    yield case(41, "long-name", changed("name: mine", "name: " + "m" * 60_000), "SY005")
    yield case(41, "two-words", changed("bound: infonce", "bound: {infonce: {}, nwj: {}}"), "SY004")
    yield case(42, "itself", changed("of: online", "of: target"), "SY012")
    yield case(42, "cycle", changed("  online:\n", "  online:\n    of: target\n"), "SY012")
    yield case(42, "missing", changed("of: online", "of: onlin"), "SY012")
    yield case(42, "wrong-kind", changed("of: online", "of: [online]"), "SY004")
    yield case(42, "other-case", changed("of: online", "of: Online"), "SY012")
    yield case(42, "blocks", changed("schedule: joint", "schedule: joint, blocks: [" + "x, " * 5000 + "]"), "SY005")
    for name, target in EXTENDS.items():
        yield case(43, name, f"extends: {target}\nname: mine\n", "SY012")
    yield case(43, "number", "extends: 3\nname: mine\n", "SY004")


EXTENDS = {
    "parents": "../../etc/passwd",
    "absolute": "/etc/passwd",
    "home": "~/spec.yaml",
    "url": "https://example.org/spec.yaml",
    "file-url": "file:///etc/passwd",
    "device": "/dev/zero",
    "unc": r"\\host\share\spec.yaml",
    "folder": ".",
    "itself": "case.yaml",
    "nul": r'"a\0b.yaml"',
    "long": "x" * 5000 + ".yaml",
    "empty": '""',
    "other-case": "BYOL",
    "escape-sequence": r'"\e[31m"',
}


def _output() -> Iterator[Case]:
    for name, text in {
        "escape": r'"\e[31mred\e]8;;http://x\e\\"',
        "github-command": '"::error::x"',
        "xml": '"</testcase> ]]> & \'"',
        "line-breaks": r'"%0A\n::set-output name=x::y\r\n"',
        "markdown": "'`x` | [a](b) <script>'",
        "bidirectional": r'"\u202eevil\u2066\u200b"',
    }.items():
        yield case(44, f"{name}-in-a-value", changed("bound: infonce", f"bound: {text}"), "SY006")
        yield case(44, f"{name}-in-a-key", SPEC + f"{text}: 1\n", "SY002")
        yield case(44, f"{name}-in-a-reference", changed("of: online", f"of: {text}"), "SY012")


def _suppressions() -> Iterator[Case]:
    yield case(45, "unknown-code", SPEC + "# ssmi: ignore[SD999]\n", "SY015", 0)
    yield case(45, "empty-brackets", SPEC + "# ssmi: ignore[]\n", "SY015", 0)
    yield case(45, "blanket", SPEC + "# ssmi: ignore\n", "SY015", 0)
    yield case(45, "in-a-block-scalar", SPEC + "title: |\n  # ssmi: ignore[SD999]\n")
    yield case(45, "in-a-string", SPEC + "title: 'a # ssmi: ignore[SD999]'\n")
    yield case(45, "unused", SPEC + "# ssmi: ignore[SD001]\n", "SY014", 0)
    yield case(45, "of-a-mandatory-rule", SPEC + "name: x # ssmi: ignore[SY003]\n", "SY003 SY014")
    yield case(45, "twice", SPEC + "title: yes # ssmi: ignore[SY009, SY009]\n")
    yield case(45, "ten-thousand", SPEC + "# ssmi: ignore[SD001]\n" * 9000, "SY008")
    yield case(45, "many-codes", SPEC + "# ssmi: ignore[" + "x," * 100_000 + "]\n", "SY008")
    yield case(45, "after-a-block-scalar", SPEC + "title: |\n  text\n# ssmi: ignore[SY009]\npaper: yes\n")
