"""What a rule is and where rules come from.

rule         `Rule` and `Finding`, and what rules about one kind of event share
remedies     what to write instead, as edits to the model graph
experiments  how a finding can be put to the test, named beforehand
registry     finds the rules and picks those that a run asks for
own_rules    9xx: what cnnlint says about itself
listing      what `--list-rules` and `--explain` print
"""

from cnnlint.rule.rule import Finding, Rule, told, weight

__all__ = ["Finding", "Rule", "told", "weight"]
