"""Rules on mutations of the bundled specs: which code, and where the caret stands."""

import pytest

from ssmi_dsl.bundled import bundled_names, specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.rules import all_rules

EMA = "{ema: {momentum: 0.99, final: 1.0, schedule: cosine}}"
DIGITS_EMA = "{ema: {momentum: 0.9, final: 1.0, schedule: cosine}}"

# spec, text replaced, replacement, expected `line code`
MUTATIONS = [
    ("byol", "    stop_gradient: true\n", "", "14 SD001"),
    ("sdmi", ", stop_gradient: on-m-step", "", ""),
    ("byol", "  target:\n    of: online\n", "  target:\n    of: onlin\n", "15 SY012"),
    ("byol", "marginal: predictor", "marginal: none", "22 MT001"),
    ("byol", EMA, "{ema: {momentum: 1.0}}", "16 EM001"),
    ("byol", EMA, "{ema: {momentum: 0.5}}", "16 EM002"),
    ("byol", "  online:\n", "  online:\n    stop_gradient: true\n", "12 SD003"),
    ("byol", "    stop_gradient: true\n", "    stop_gradient: true\n    predictor: {mlp: [4096, 256]}\n", "18 SD006"),
    ("byol", "paradigm: sdmi", "paradigm: jmi", "17 SD013"),
    ("simsiam", "  predictor: {schedule: constant}", "  predictor: {frozen: true}", "26 PR003"),
    ("simsiam", "  predictor: {schedule: constant}", "  predictor: {}", "13 PR001"),
    ("vicreg", "variance: 25.0", "variance: 0.0", "15 MT002"),
    ("barlow-twins", "critic: standardized", "critic: dot", "14 MT003"),
    ("simclr", "paradigm: jmi", "paradigm: sdmi", "5 SD002"),
    ("jmi", "critic: {cosine: {temperature: 0.2}}", "critic: dot", "14 DV001"),
    ("jmi", "temperature: 0.2", "temprature: 0.2", "14 SY002"),
    ("jmi", "temperature: 0.2", "temperature: -0.2", "14 SY005"),
    ("jmi", "marginal: in-batch", "marginal: in-bach", "15 SY006"),
    ("jmi", "bound: donsker-varadhan", "bound: leave-one-out", "13 SY011"),
    ("simsiam", "swap: true", "swap: false", "25 SD012"),
    ("simsiam", "ssmi: 1\n", "ssmi: 1\nclaims: [monotone-mi]\n", "2 SD011"),
    ("byol", "swap: true}", "swap: true, blocks: [online, target]}", "25 SD008"),
    ("byol", "marginal: predictor", "marginal: in-batch", "13 SD014"),
    ("jmi", "  critic: {cosine: {temperature: 0.2}}", "  critic: dot\n  target_nats: 9.0", "14 DV001"),
    ("simclr", "  bound: infonce\n", "  bound: infonce\n  target_nats: 9.0\n", "18 DV004"),
    ("jmi", "marginal: in-batch", "marginal: {whitening: {size: 64}}", "15 BS001"),
    (
        "vicreg",
        "marginal: {variance-covariance: {variance: 25.0, covariance: 1.0}}",
        "marginal: uniformity",
        "14 MT004",
    ),
    (
        "jmi",
        "bound: donsker-varadhan\n  critic: {cosine: {temperature: 0.2}}",
        "bound: nwj\n  critic: {cosine: {temperature: 0.01}}",
        "14 NU001",
    ),
    ("byol", DIGITS_EMA, "{ema: {momentum: 0.9999}}", "59 EM003"),
    (
        "simsiam",
        "  target:\n    of: online # the same parameters: the implicit M-step copies them\n",
        "  target:\n",
        "14 SD009",
    ),
    ("simsiam", "    predictor: {mlp: [512, 2048]}\n", "", "14 SD004"),
    ("byol", "    predictor: {mlp: [4096, 256]}\n", "", "15 SD005"),
    ("sdmi", "blocks: [a, b]", "blocks: [a, b], updates: simultaneous", "18 SD010"),
]


@pytest.mark.parametrize("name", bundled_names())
def test_bundled_specs_are_clean(name: str) -> None:
    text = (specs_folder() / f"{name}.yaml").read_text()
    assert [f"{d.span.line} {d.code}" for d in check(read_document(text))] == []


@pytest.mark.parametrize(("name", "old", "new", "expected"), MUTATIONS)
def test_mutation_is_found(name: str, old: str, new: str, expected: str) -> None:
    text = (specs_folder() / f"{name}.yaml").read_text()
    assert old in text
    found = [f"{d.span.line} {d.code}" for d in check(read_document(text.replace(old, new, 1)))]
    assert expected in found if expected else found == []


def test_every_rule_has_a_page_in_parts() -> None:
    for module in all_rules():
        for part in ("What it finds", "Why it is bad", "Example", "Instead", "Source"):
            assert part in module.page, f"{module.rule.code} lacks {part}"
