"""How fast the eager engine is, beside its peers: ``python -m tests.benchmarks``.

Every workload is written once, for any *system* (this library or a peer), so all of them run the
same program on the same numbers. Before anything is timed, the systems must agree on the loss and
on every gradient. Timing is record plus backward with the garbage collector on, in interleaved
rounds, each system in a process of its own; what is quoted is the ratio of two medians of one run, never a stored time.

==============  ==================================================================================
``systems``     one adapter per library: leaf, functions, dot, backward, grad
``workloads``   W1 to W4 as programs over a system, their data, and a system that counts their ops
``timing``      agreement, then interleaved rounds
``memory``      W5 and W3: bytes per recorded op, each in a fresh process
``imports``     what an import costs over a bare interpreter
``floors``      what must hold, and whether it does
``report``      the table and the JSON
==============  ==================================================================================
"""
