"""Push datasets with their cards to the Hugging Face Hub."""

from segments_hf.hub.pushing import push_to_hub

__all__ = ["push_to_hub"]
