"""What benchmarks of whole programs share: an endpoint in a process of its own, and what it counted."""

import contextlib
import json
import subprocess
import urllib.request


@contextlib.contextmanager
def started(server):
    """Start the endpoint; it goes whatever happens."""
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as endpoint:
        try:
            yield endpoint
        finally:
            endpoint.terminate()


def counts_of(url):
    """Return what the endpoint counted."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/calls") as answer:  # noqa: S310
        return json.load(answer)
