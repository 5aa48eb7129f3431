"""Where the commands write."""

from rich.console import Console

output = Console()
errors = Console(stderr=True)
