"""Several threads at one line: what they return, or the exception each one met."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

PATIENCE = 60  # seconds


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Start all at once, each on its own database connection; results in the order of the runners."""
    line = threading.Barrier(len(runners))
    results: list[Any] = [TimeoutError("did not finish")] * len(runners)

    def run(number: int, runner: Callable[[], Any]) -> None:
        try:
            line.wait(PATIENCE)
            results[number] = runner()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results
