"""All signals together: inputs, signals, weights, rehearsal, evaluation."""
