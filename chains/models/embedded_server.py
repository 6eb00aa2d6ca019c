"""The child process that serves a model file on loopback; started by `embedded.py`, never imported.

It is told what to do by one line of JSON on stdin (so that no key stands among
the arguments, where every user of the machine can read it), answers with one
line, its address, and lives as long as its stdin stays open. When the parent
is gone, however it went, the pipe closes and the child leaves.
"""

import json
import os
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    # The terminal sends Ctrl-C to both; what becomes of the child is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    order = json.loads(sys.stdin.readline())
    # Threads that spin while they wait for each other take 20-50 times as long where anything else runs on the cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Whatever the library prints must not be taken for the address.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    import xllamacpp  # type: ignore[import-untyped]  # after the pipes are in order: it prints while it is imported and loads

    params = xllamacpp.CommonParams()
    params.model.path = order["file"]
    params.model_alias = {order["name"]}  # else every reply says the file's path
    params.n_ctx = order["context"] * order["slots"]
    params.n_parallel = order["slots"]
    params.cpuparams.n_threads = order["threads"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.verbosity = 1  # errors: the last of them is quoted if this process dies
    params.ui = False
    # Its default keeps up to 8 GiB of old prompts in memory, which a long run fills and hardly ever reads again.
    params.cache_ram_mib = 128
    if order["reproducible"]:
        params.cache_prompt = False
        params.cache_ram_mib = 0
    if not Path(order["file"]).is_file():
        sys.exit(f"there is no file {Path(order['file']).name}")
    server = xllamacpp.Server(params)
    print(server.listening_address, file=answer, flush=True)
    sys.stdin.read()
    # An ordinary exit waits for requests in flight, whose asker is gone.
    os._exit(0)
