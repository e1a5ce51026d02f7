"""What several rules ask of a method."""

from ssmi_dsl.candidates import counts_tokens
from ssmi_dsl.components.backbones import ConvSmall, MlpBackbone, ResNet18, network_of
from ssmi_dsl.components.heads import Head, LinearHead, MlpHead
from ssmi_dsl.spec.method import BranchView, Method
from ssmi_dsl.terms.base import Assignment, Critic, Marginal
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_dsl.terms.critics.dot import Dot
from ssmi_dsl.terms.critics.prototypes import Prototypes
from ssmi_dsl.terms.critics.rbf import Rbf
from ssmi_dsl.terms.critics.standardized import Standardized
from ssmi_dsl.terms.marginals.center_sharpen import CenterSharpen
from ssmi_dsl.terms.marginals.cross_correlation import CrossCorrelation
from ssmi_dsl.terms.marginals.kmeans import KMeans
from ssmi_dsl.terms.marginals.mean_entropy import MeanEntropy
from ssmi_dsl.terms.marginals.online_clusters import OnlineClusters
from ssmi_dsl.terms.marginals.predictor import Predictor
from ssmi_dsl.terms.marginals.queue import Queue
from ssmi_dsl.terms.marginals.relations import Relations
from ssmi_dsl.terms.marginals.taylor import Taylor
from ssmi_dsl.terms.marginals.variance_covariance import VarianceCovariance


def term_name(term: Critic | Marginal) -> str:
    """The word of a term."""
    return type(term).name


def fixes_the_norm(critic: Critic) -> bool:
    """Whether scaling the embeddings leaves the critic's values as they are."""
    return isinstance(critic, (Cosine, Standardized)) or (isinstance(critic, Rbf) and critic.normalize)


def normalizes(term: Critic | Marginal) -> bool:
    """Whether the term has a switch that divides embeddings by their norms, and it is on."""
    return bool(vars(term).get("normalize"))


def is_bounded(critic: Critic) -> bool:
    """Whether |T| has a bound for every input, with the parameters that the spec gives."""
    return critic.facts.bounded or normalizes(critic) or (isinstance(critic, Dot) and critic.most is not None)


def cosine_temperature(critic: Critic, dim: int) -> float | None:
    """τ of a critic that is cos/τ up to a constant, which the bounds that take a log do not see; None for other critics."""
    return critic.sphere_temperature(dim)


def least_temperature(critic: Critic, dim: int) -> float | None:
    """The least τ for which |T| is at most 1/τ: of a cosine, or of an inner product of embeddings that are cut at a norm; None for other critics."""
    if isinstance(critic, Dot):
        return None if critic.most is None else critic.temperature / critic.most**2
    return cosine_temperature(critic, dim)


def student_temperature(critic: Critic) -> float | None:
    """τ of the anchor's softmax over prototypes; None where the critic compares no assignments."""
    return critic.temperature if isinstance(critic, Prototypes) else None


def num_candidates(method: Method) -> int | None:
    """M, between how many candidates InfoNCE decides; None where they are tokens, whose number only the encoder knows."""
    if counts_tokens(method.objectives[method.focus]):
        return None
    marginal = method.objective.marginal
    if isinstance(marginal, Queue):
        return marginal.size + 1
    batch = method.recipe.batch_of_objective
    return 2 * batch - 1 if marginal.uses_all_views else batch


def assigns(marginal: Marginal) -> bool:
    """Whether the target is turned into an assignment, which is a constant of the loss by definition."""
    return isinstance(marginal, (Assignment, MeanEntropy, OnlineClusters))


def is_second_order(marginal: Marginal) -> bool:
    """Whether the marginal is the second-order expansion of the Donsker-Varadhan term, or a form of it."""
    return isinstance(marginal, (CrossCorrelation, VarianceCovariance)) or (
        isinstance(marginal, Taylor) and marginal.order == 2
    )


def couples_the_batch(method: Method) -> bool:
    """Whether the loss of one sample depends on the others of its batch: a mean of losses of parts is then another loss."""
    marginal, critic = method.objective.marginal, method.objective.critic
    per_sample = isinstance(marginal, (Queue, Predictor, CenterSharpen, KMeans, Relations)) or marginal.kind == "none"
    return not per_sample or isinstance(critic, Standardized)


def shows_nats(method: Method) -> bool:
    """Whether the spec calls values of its objective mutual information: a target in nats, or more than an estimate."""
    return method.objective.target_nats is not None or method.spec.evaluate.mutual_information.report != "estimate"


def is_linear(head: Head | None) -> bool:
    """Whether a head is one linear layer."""
    return isinstance(head, LinearHead) or (isinstance(head, MlpHead) and len(head.widths) == 1)


def has_two_predictors(method: Method) -> bool:
    """Whether anchor and target, with nothing else against collapse, both have a predictor: SD006 reports it."""
    both = method.anchor.predictor is not None and method.target.predictor is not None
    return (
        both and method.paradigm == "sdmi" and method.anchor.name != method.target.name and not method.has_true_marginal
    )


def has_batch_norm(branch: BranchView) -> bool | None:
    """Whether batch statistics enter the branch's embedding; None where only the library of its backbone knows."""
    heads = [head for head in (branch.projector, branch.predictor) if isinstance(head, MlpHead)]
    in_heads = any((head.norm == "batch" and len(head.widths) > 1) or head.last_norm != "none" for head in heads)
    backbone = network_of(branch.encoder)
    if in_heads or isinstance(backbone, (ConvSmall, ResNet18)):
        return True
    return False if isinstance(backbone, MlpBackbone) else None


def holds_an_end_constant(method: Method) -> bool:
    """Whether some step holds constant a branch that an objective reads, or an unread one that EM010 reports."""
    read = {end.name for view in method.objectives for end in (view.anchor, view.target)}
    unread = {branch.name for branch in method.branches if branch.source is not None and branch.name not in read}
    return any(phase.stopped & (read | unread) for phase in method.phases)
