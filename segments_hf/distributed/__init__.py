"""Read and push releases with the machines of a Ray cluster. Ray is imported when a function needs it, not before."""

from segments_hf.distributed.dataset_push import write_to_hub
from segments_hf.distributed.release_dataset import features_of, read_release
from segments_hf.distributed.release_push import push_to_hub

__all__ = ["features_of", "push_to_hub", "read_release", "write_to_hub"]
