# Each target is one step of .ci/run, in a new environment; `make` runs them all.
STEPS = compare tests style with_torch sanitize oldest pages

.PHONY: all $(STEPS)

all:
	bash .ci/run

$(STEPS):
	bash .ci/run $@
