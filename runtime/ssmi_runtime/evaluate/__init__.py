"""Evaluation of features: k-NN, linear probe, collapse monitors and estimates of mutual information."""

from ssmi_runtime.evaluate.collapse import CollapseReport, collapse_report, effective_rank, feature_std
from ssmi_runtime.evaluate.knn import weighted_knn
from ssmi_runtime.evaluate.linear import linear_probe
from ssmi_runtime.evaluate.mutual_information import MIEstimates, cosine_cap, estimate_mi

__all__ = [
    "CollapseReport",
    "MIEstimates",
    "collapse_report",
    "cosine_cap",
    "effective_rank",
    "estimate_mi",
    "feature_std",
    "linear_probe",
    "weighted_knn",
]
