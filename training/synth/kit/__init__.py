"""What every scene is made with: draws, the door to Blender, meshes, shaders and materials of many things."""
