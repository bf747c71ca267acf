"""Resources: devices, and what each process takes of one."""
