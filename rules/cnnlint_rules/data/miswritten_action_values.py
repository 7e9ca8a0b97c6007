"""CNN538."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "no discount": (
        "{} is more than 1: what comes counts for more the later it comes, and the values grow without end",
        "a discount lies below 1: gamma = 0.99",
    ),
    "best action": (
        "{} is the number of the best action, and its value is what is discounted",
        "take the largest value: np.max(…)",
    ),
    "over states": (
        "{} is the largest value of each action over all states, and not that of each state's best action",
        "axis=1",
    ),
    "past the end": (
        "{} is never read: values are hoped for behind the end of an episode",
        "reward + gamma * best * (1 - done)",
    ),
    "explores late": (
        "{}: chance decides as long as epsilon is small, and what was learnt while it is large",
        "explore where random() < epsilon",
    ),
    "moving target": (
        "{} is a part of the target, and is differentiated as well: what is learned from gives way",
        "tf.stop_gradient(…), or work the target out before the tape",
    ),
    "never copied": (
        "{} is asked what the next state is worth, and never given what was learnt: it stays as it began",
        "set_weights(online.get_weights()) every so many steps",
    ),
    "always by chance": (
        "{} is 1 and stays 1: every action is left to chance",
        "lower it: epsilon = max(least, epsilon * decay)",
    ),
    "never by chance": (
        "{} is the action that the policy likes best, always: no other is tried, and weighing its gain teaches little",
        "draw it: tf.random.categorical(logits, 1)",
    ),
    "same state": (
        "{} is never read: what is hoped for behind a step is not asked of the state that the step leads to",
        "reward + gamma * best of what the model predicts for the next state",
    ),
    "own state": (
        "{} is what the model predicts for the state itself, not for the one that the step leads to",
        "reward + gamma * best of what the model predicts for the next state",
    ),
    "moved on": (
        "{} is the state behind the step already: what is remembered leads from a state to itself",
        "remember first, and go on then",
    ),
    "copied at once": (
        "{} keeps next to nothing of the target network, which follows what is learnt at once",
        "tau * online + (1 - tau) * target",
    ),
    "end turned": (
        "if {}: more is hoped for where the episode has ended, and nothing where it goes on",
        "exchange the branches",
    ),
    "standing still": (
        "{} stays what reset gave: every step of the loop chooses by the first state",
        "state = next_state at the end of each step",
    ),
    "all actions": (
        "{} stands for the values of all actions: which one was taken is never read",
        "write the target for it alone: values[0][action] = …",
    ),
    "value chosen": ("{} is what the best action is worth, and is returned as the action", "np.argmax(…)"),
    "in order": (
        "{} are added up from the first: each step is credited with what came before it",
        "go through reversed(rewards)",
    ),
    "copied back": (
        "{} gives its weights to the model that learns, which forgets what it learnt",
        "target.set_weights(model.get_weights())",
    ),
    "never falls": (
        "{} never becomes smaller: actions are left to chance as often at the end as at the beginning",
        "if epsilon > least: epsilon *= 0.995",
    ),
}


class MiswrittenActionValues(Rule):
    """Q-learning that learns from wrong targets, or chooses the wrong way round.

    ## What it does
    Finds targets that add the number of the best action where its value belongs, targets that never ask whether the
    episode has ended, though that was remembered and taken out for it, and choices that are left to chance while an
    epsilon that falls from 1 is small. Likewise a discount above 1, targets that are differentiated along with what
    they teach, a target network that no weights are copied to, or whose weights overwrite what was learnt, an epsilon
    that stays 1 or never falls, and the policy of a policy gradient that always takes what it likes best. And states:
    targets that never read the one behind a step, loops that choose by the first one, an end of the episode taken for
    its going on, the largest value over all states, returns that are added up from the first reward, and targets that
    are written for all actions at once.

    ## Why is this bad
    Behind the end of an episode nothing is gained: a target that hopes for more makes the ends look as good as anything
    else, and the values grow without bound. The number of an action is no value. An agent that chooses by what it has
    learnt at first, and by chance at the end, never shows what it knows.

    ## Example
    ```python
    import random

    import numpy as np
    from keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(24, activation="relu"), layers.Dense(2)])
    model.compile("adam", "mse")


    def replay(memory, gamma=0.95):
        for state, action, reward, following, done in random.sample(memory, 32):
            target = reward + gamma * np.amax(model.predict(following)[0])
            values = model.predict(state)
            values[0][action] = target
            model.fit(state, values, epochs=1, verbose=0)
    ```

    ## Use instead
    ```python
    import random

    import numpy as np
    from keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(24, activation="relu"), layers.Dense(2)])
    model.compile("adam", "mse")


    def replay(memory, gamma=0.95):
        for state, action, reward, following, done in random.sample(memory, 32):
            target = reward + gamma * np.amax(model.predict(following)[0]) * (1 - done)
            values = model.predict(state)
            values[0][action] = target
            model.fit(state, values, epochs=1, verbose=0)
    ```

    ## Exceptions
    Only where the end of an episode is bound to a name that is never read; and only of an epsilon that the file lowers,
    for there are programs in which it is the share of what was learnt. Most of it is told by names (a discount, the end
    of an episode, a target network) and is a note; a state that stays what `reset` gave, and one that is remembered
    too late, are warnings.

    ## References
    - Mnih and others: Human-level control through deep reinforcement learning (2015), algorithm 1
    - [TensorFlow 2: Agents, introduction to DQN](https://www.tensorflow.org/agents/tutorials/0_intro_rl)
    """

    code = "CNN538"
    name = "miswritten-action-values"
    severity = Severity.INFO
    summary = "Targets or choices of Q-learning are not those of the method"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the agent learns from an environment, which is not there")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY, Severity.WARNING)  # where more than names tells it
