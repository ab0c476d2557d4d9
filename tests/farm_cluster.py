"""A Ray cluster of two nodes on this machine, loopback only: run as a program, told what to do by lines on stdin.

Prints the address when both nodes are up. "kill" ends the second node as a crash would; the end of stdin ends all, so
nothing is left when whoever started it dies.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

# read when Ray is imported: without it, Ray takes this machine's outward address for 127.0.0.1, and listens on all
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster

STORE_BYTES = 80 * 2**20


def main() -> None:
    """Start, obey, stop."""
    port = int(sys.argv[1])
    folder = tempfile.mkdtemp(prefix="r")  # short: sockets lie in it
    os.environ["RAY_TMPDIR"] = folder  # all that Ray writes: where it never ran before, it has no folder of its own
    node = {"num_cpus": 1, "object_store_memory": STORE_BYTES, "node_ip_address": "127.0.0.1"}
    cluster = Cluster()
    try:
        cluster.add_node(**node, gcs_server_port=port, include_dashboard=False)
        second = cluster.add_node(**node)
        sys.stdout.write(f"{cluster.address}\n")
        sys.stdout.flush()
        for line in sys.stdin:
            if line.strip() == "kill":
                cluster.remove_node(second, allow_graceful=False)
                sys.stdout.write("killed\n")
                sys.stdout.flush()
    finally:
        cluster.shutdown()
        shutil.rmtree(Path(folder), ignore_errors=True)


if __name__ == "__main__":
    main()
