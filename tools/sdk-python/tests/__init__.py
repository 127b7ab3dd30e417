"""The SDK's own tests: `python3 -m unittest` in the folder above. What happens in a component is tested by building one."""
