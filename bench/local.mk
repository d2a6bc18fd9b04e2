# bench/: what the README's speed figures come from. Wants a build without sanitizers.
#   make bench BENCH_SIZE=100            MB a file, 1000 unless told else
EXTRA_DIST += bench/bench.py bench/formats.py bench/peers.py bench/PEERS.md
BENCH_SIZE = 1000

bench: all
	$(PYTHON3) $(srcdir)/bench/bench.py --size $(BENCH_SIZE) $(BENCH_FLAGS) .
.PHONY: bench

# How well the safeguards tell a wrong file from a right one: real streams ($SLUSS_SHARED) and
# municipal traffic made by traffic.py. BENCH_FLAGS=--quick for a few minutes' worth.
EXTRA_DIST += \
  bench/incidents.py bench/people.py bench/replay.py bench/safeguards.py bench/streams.py \
  bench/towns.py bench/traffic.py bench/writers.py
bench-safeguards: slussctl
	$(PYTHON3) $(srcdir)/bench/safeguards.py $(BENCH_FLAGS) .
.PHONY: bench-safeguards

# What the duplicate sweep costs as the memory grows.
EXTRA_PROGRAMS += bench/seen_bench
bench_seen_bench_SOURCES = bench/seen_bench.c
bench_seen_bench_LDADD = $(store_libs) $(model_libs)
SEEN_ITEMS = 100000 1000000 10000000 30000000
bench-seen: bench/seen_bench
	directory=$$(mktemp -d) && bench/seen_bench "$$directory" $(SEEN_ITEMS); \
	status=$$?; rm -r "$$directory"; exit $$status
.PHONY: bench-seen
