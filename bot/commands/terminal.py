"""What the commands say to the person at the terminal: on standard error, so that standard output holds results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

console = Console(stderr=True, highlight=False, soft_wrap=True)


def complain(text: str) -> None:
    """Tells of what went wrong."""
    console.print(f"[bold red]Error:[/] {escape(text)}")


@contextmanager
def progress(text: str) -> Iterator[Callable[[str], None]]:
    """Shows that something is under way; on a terminal with a spinner, elsewhere a line.

    Yields:
        What takes a further text, shown in place of the first.
    """
    if not console.is_terminal:
        console.print(escape(text))
        yield lambda _text: None
        return
    with console.status(escape(text)) as status:
        yield lambda later: status.update(escape(later))
