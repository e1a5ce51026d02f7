"""Backbones and heads, called inside the step by functional_call."""

from ssmi_compiler.nn.backbones import build_backbone
from ssmi_compiler.nn.heads import build_head
from ssmi_compiler.nn.init import init_module
from ssmi_compiler.nn.token_predictors import build_token_predictor

__all__ = ["build_backbone", "build_head", "build_token_predictor", "init_module"]
