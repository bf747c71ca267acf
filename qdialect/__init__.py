"""The IR: types, attributes, ops, their verifiers, and what each op means."""
