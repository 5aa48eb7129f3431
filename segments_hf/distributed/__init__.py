"""Read and push releases with the machines of a Ray cluster. Ray is imported when a function needs it, not before."""

from segments_hf.distributed.ray_push import push_to_hub

__all__ = ["push_to_hub"]
