"""Networks that real exporters write, and what cnnlint says of them."""
