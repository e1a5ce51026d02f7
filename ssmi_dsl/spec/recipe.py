"""Recipes: the settings of one scale, complete."""

from functools import lru_cache
from typing import Literal, NamedTuple

from ssmi_dsl.components.datasets import DATASETS, DatasetInfo
from ssmi_dsl.components.optimizers import Optimizer, Sgd
from ssmi_dsl.spec.hardware import Hardware
from ssmi_dsl.spec.method_spec import MethodSpec
from ssmi_dsl.spec.optimize import RecipeSpec

DEFAULT_RECIPE = "default"
ONE_DEVICE = Hardware.usual()
_DEFAULTS: dict[str, object] = {
    "optimizer": Sgd.usual(),
    "batch_size": 256,
    "epochs": 100,
    "warmup_epochs": 0.0,
    "schedule": "cosine",
    "precision": "float32",
    "channels_last": True,
    "hardware": ONE_DEVICE,
}


class Recipe(NamedTuple):
    """Everything that an optimisation run needs beside the method. Units: images, epochs."""

    name: str
    optimizer: Optimizer
    batch_size: int
    epochs: int
    warmup_epochs: float
    schedule: Literal["cosine", "constant"]
    precision: Literal["float32", "bfloat16", "float16"]
    channels_last: bool
    num_train: int | None
    hardware: Hardware = ONE_DEVICE

    @property
    def batch_of_objective(self) -> int:
        """Images whose embeddings meet in one evaluation of the objective."""
        hardware = self.hardware
        shares = hardware.devices if hardware.gather == "none" else 1
        parts = 1 if hardware.cached_gradients else hardware.gradient_accumulation
        return max(1, self.batch_size // (shares * parts))

    @property
    def steps_per_epoch(self) -> int | None:
        """Optimiser steps in an epoch, the last incomplete batch dropped; None when the data set is not known."""
        return None if self.num_train is None else max(1, self.num_train // self.batch_size)

    @property
    def num_steps(self) -> int | None:
        """Optimiser steps of the whole run; None when the data set is not known."""
        per_epoch = self.steps_per_epoch
        return None if per_epoch is None else per_epoch * self.epochs


def recipe_of(spec: MethodSpec, name: str, *, num_train: int | None = None) -> Recipe:
    """The recipe `name`, completed from `recipes.default` and from the defaults of the language.

    `num_train` is the size of the training set; by default what the recipe says, or that of the bundled data set which uses this recipe, if
    there is one.
    """
    own = spec.recipes.get(name)
    if num_train is None and own is not None:
        num_train = own.num_train
    if num_train is None:
        data = data_of_recipe(name, spec.views.graph is not None)
        num_train = None if data is None else data.num_train
    values = {**_DEFAULTS, **_said(spec.recipes.get(DEFAULT_RECIPE)), **_said(own)}
    return Recipe(name=name, num_train=num_train, **values)  # type: ignore[arg-type]  # fields were validated by RecipeSpec


@lru_cache(maxsize=256)
def data_of_recipe(recipe: str, of_graphs: bool) -> DatasetInfo | None:
    """The first bundled data set, of graphs or of others, that uses this recipe."""
    fitting = (info for info in DATASETS.values() if info.recipe == recipe and (info.graph is not None) == of_graphs)
    return next(fitting, None)


def _said(layer: RecipeSpec | None) -> dict[str, object]:
    """What a recipe says of the settings that have a default."""
    said: dict[str, object] = {} if layer is None else vars(layer)
    return {field: said[field] for field in _DEFAULTS if said.get(field) is not None}
