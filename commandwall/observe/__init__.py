"""What people and machines read about the running system: metrics, readiness, service manager."""
