"""The rules of cnnlint, one file each, in folders by family.

They are found through the entry point `cnnlint.rules`, exactly as anybody else's rules would be: every `Rule`
subclass defined in a module below this package is a rule.
"""
