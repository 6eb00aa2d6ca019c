"""The child process that serves a model file on loopback; started by `embedded.py`, never imported.

One line of JSON on stdin tells it what to serve (so that no key stands among the
arguments, where every user of the machine can read it). It answers with one
line, its address, and runs as long as its stdin stays open: when the parent
ends, in whatever way, the pipe closes and the child exits.
"""

import json
import os
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    # The terminal sends Ctrl-C to both processes; the parent decides when the child ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = json.loads(sys.stdin.readline())
    # Threads that spin while they wait take 20 to 50 times as long if anything else runs on the cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # What the library prints must not be taken for the address.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    import xllamacpp  # type: ignore[import-untyped]  # after the pipes are in order: it prints while it is imported and loads

    params = xllamacpp.CommonParams()
    params.model.path = order["file"]
    params.model_alias = {order["name"]}  # otherwise every reply would name the file's path
    params.n_ctx = order["context"] * order["slots"]
    params.n_parallel = order["slots"]
    params.cpuparams.n_threads = order["threads"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.verbosity = 1  # errors only; the last one is quoted if this process dies
    params.ui = False
    # The default keeps up to 8 GiB of old prompts in memory; a long run fills it and hardly ever reads them.
    params.cache_ram_mib = 128
    if order["reproducible"]:
        params.cache_prompt = False
        params.cache_ram_mib = 0
    if not Path(order["file"]).is_file():
        sys.exit(f"there is no file {Path(order['file']).name}")
    server = xllamacpp.Server(params)
    print(server.listening_address, file=answer, flush=True)
    sys.stdin.read()
    # An ordinary exit would wait for requests in flight, which nobody reads any more.
    os._exit(0)
