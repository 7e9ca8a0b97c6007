"""How models are trained: losses, optimizers, what is fed, sessions, tapes and steps."""
