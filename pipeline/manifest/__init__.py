"""The manifest: one YAML file that says who sings what, where and how."""
