"""The IR: types, attributes and ops, with the verifier and the numerical meaning of each op."""
