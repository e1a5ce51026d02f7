"""The short table at the end of a run."""

from ssmi_dsl.components.datasets import DatasetInfo
from ssmi_runtime.loop import RunResult, raw_key


def results_table(result: RunResult, info: DatasetInfo) -> str:
    """Accuracies beside what they must beat, health of the features, information in nats, and where the run lies.

    Accuracies are percentages of the test set, beside them that of guessing where the number of classes is known.
    """
    found = result.results
    chance = 1 / info.num_classes if info.num_classes else None
    width = max(12, len(info.raw) + 2)
    lines = [
        f"{'accuracy, %':<24}{'trained':>10}{'untrained':>11}{info.raw:>{width}}"
        + (f"{'chance':>8}" if chance else ""),
        _accuracy("k-NN", found["knn"], found["untrained/knn"], found[raw_key(info)], chance, width),
        _accuracy("linear probe", found["linear"], found["untrained/linear"], None, chance, width),
        "",
        f"{'feature std':<24}{found['feature_std']:>10.2f}   1 is spread over the sphere, 0 is collapsed",
        f"{'effective rank':<24}{found['effective_rank']:>10.1f}",
    ]
    if "mi/infonce" in found:
        lines += [
            f"{'information, InfoNCE':<24}{found['mi/infonce']:>10.2f}   nats on held-out pairs, at most {found['mi/infonce_cap']:.2f}",
            f"{'information, DV':<24}{found['mi/dv']:>10.2f}   nats, cosine critic, at most {found['mi/cosine_cap']:.2f} where features are uniform",
            f"{'Jensen-Shannon':<24}{found['mi/jsd']:>10.2f}   objective, at most 0",
        ]
    lines += ["", f"{result.steps} steps at {result.rate:.0f} {info.samples}/s, run in {result.folder}"]
    return "\n".join(lines) + "\n"


def _accuracy(name: str, trained: float, untrained: float, raw: float | None, chance: float | None, width: int) -> str:
    cells = f"{name:<24}{100 * trained:>10.1f}{100 * untrained:>11.1f}" + (
        f"{100 * raw:>{width}.1f}" if raw is not None else f"{'-':>{width}}"
    )
    return cells + (f"{100 * chance:>8.1f}" if chance else "")
