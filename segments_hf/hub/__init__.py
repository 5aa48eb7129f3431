"""The Hugging Face Hub: the card and the push."""

from segments_hf.hub.pushing import push_to_hub

__all__ = ["push_to_hub"]
