"""How each style turns a plan into parts: one file a style, each with `arrange(plan, rng) -> parts`."""
