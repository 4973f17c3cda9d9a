"""Short spellings for Blender's shader nodes."""

from __future__ import annotations

from typing import Any

from training.synth.kit.blender import blender
from training.synth.kit.colours import WHITE, Colour
from training.synth.kit.geometry import Point


class Shader:
    """A material under construction: short spellings for Blender's shader nodes."""

    def __init__(self, name: str, **shader_parameters: float) -> None:
        self.material = blender().data.materials.new(name)
        self.tree = self.material.node_tree
        self.surface = self.tree.nodes["Principled BSDF"]
        for key, value in shader_parameters.items():
            self.set(key.replace("_", " ").title().replace("Ior", "IOR"), value)

    def set(self, name: str, value: Any) -> None:
        """Give the surface's shader parameter ``name`` a colour, a number or another node's output."""
        self.fill(self.surface.inputs[name], value)

    def fill(self, socket: Any, value: Any) -> None:
        """Link or assign ``value`` to a shader parameter."""
        if hasattr(value, "is_linked"):
            self.tree.links.new(value, socket)
        elif isinstance(value, tuple) and len(value) == 3 and socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def node(self, kind: str, shader_parameters: dict[Any, Any] | None = None, **attributes: Any) -> Any:
        """Add the node ``ShaderNode{kind}`` with values or other nodes' outputs for its parameters, by name or number."""
        node = self.tree.nodes.new(f"ShaderNode{kind}")
        for key, value in attributes.items():
            setattr(node, key, value)
        for key, value in (shader_parameters or {}).items():
            self.fill(node.inputs[key], value)
        return node

    def attribute(self, name: str) -> Any:
        """Return a point attribute of the mesh, 0 where it has none."""
        return self.node("Attribute", attribute_name=name).outputs["Fac"]

    def place(self, stretch: Point = (1.0, 1.0, 1.0)) -> Any:
        """Return object coordinates in metres times ``stretch``."""
        coordinates = self.node("TexCoord").outputs["Object"]
        return self.node("Mapping", {"Vector": coordinates, "Scale": stretch}).outputs[0]

    def noise(self, scale: float, stretch: Point = (1.0, 1.0, 1.0), **shader_parameters: float) -> Any:
        """Return smooth noise, 0 to 1, ``scale`` features a metre."""
        extra = {key.title(): value for key, value in shader_parameters.items()}
        place = self.place(stretch)
        return self.node("TexNoise", {"Vector": place, "Scale": scale, **extra}).outputs[0]

    def streaks(self, place: Any, stretch: Point) -> Any:
        """Return noise, 0 to 1, over ``place`` times ``stretch``."""
        moved = self.node("Mapping", {"Vector": place, "Scale": stretch}).outputs[0]
        return self.node("TexNoise", {"Vector": moved, "Scale": 1.0, "Detail": 6.0}).outputs[0]

    def cracks(self, scale: float, stretch: Point, width: float, share: float) -> Any:
        """Return 1 on thin broken lines between cells and 0 elsewhere."""
        warp = self.node("TexNoise", {"Vector": self.place(stretch), "Scale": scale * 2})
        moved = self.node("VectorMath", {0: self.place(stretch)}, operation="ADD")
        scaled = self.node("VectorMath", {0: warp.outputs["Color"]}, operation="SCALE")
        scaled.inputs["Scale"].default_value = 0.35 / scale
        self.fill(moved.inputs[1], scaled.outputs[0])
        cells = self.node(
            "TexVoronoi",
            {"Vector": moved.outputs[0], "Scale": scale},
            feature="DISTANCE_TO_EDGE",
        )
        line = self.ramp(cells.outputs["Distance"], (0.0, WHITE), (width, (0, 0, 0)))
        some = self.noise(scale * 0.8)
        gate = self.ramp(some, (1 - share, (0, 0, 0)), (1 - share + 0.08, WHITE))
        return self.mix(line, gate, 1.0, "MULTIPLY")

    def scaled(self, value: Any, share: float) -> Any:
        """Return a 0 to 1 value times ``share``."""
        return self.node("Math", {0: value, 1: share}, operation="MULTIPLY").outputs[0]

    def ramp(self, value: Any, *stops: tuple[float, Colour]) -> Any:
        """Map a number to a colour through ``(position, colour)`` stops."""
        node = self.node("ValToRGB", {0: value})
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(0.5)
        for element, (position, colour) in zip(elements, stops, strict=True):
            element.position, element.color = position, (*colour, 1.0)
        return node.outputs[0]

    def mix(self, a: Any, b: Any, share: Any, mode: str = "MIX") -> Any:
        """Blend colour ``b`` over ``a`` by ``share``."""
        node = self.node("Mix", {6: a, 7: b, 0: share}, data_type="RGBA", blend_type=mode)
        return node.outputs[2]  # sockets by number: a name means one per data type

    def bump(self, height: Any, depth: float, strength: float = 1.0) -> None:
        """Roughen the surface by ``depth`` metres of ``height`` (0 to 1), over earlier bumps."""
        node = self.node("Bump", {"Height": height, "Distance": depth, "Strength": strength})
        earlier = self.surface.inputs["Normal"].links
        if earlier:
            self.tree.links.new(earlier[0].from_socket, node.inputs["Normal"])
        self.set("Normal", node.outputs[0])

    def recess(self, distance: float) -> Any:
        """Return 1 in hollows narrower than about ``distance`` and 0 on open surface."""
        hidden = self.node("AmbientOcclusion", {"Distance": distance}, samples=8)
        return self.ramp(hidden.outputs["AO"], (0.25, WHITE), (0.72, (0, 0, 0)))


def see_through(shader: Shader, share: Any, tint: Colour) -> None:
    """Let a ``share`` of the light straight through the surface, tinted; cheaper and cleaner than refraction."""
    pane = shader.node("BsdfTransparent", {"Color": tuple(min(1.0, 0.25 + 0.75 * c) for c in tint)})
    both = shader.node("MixShader", {0: share, 1: shader.surface.outputs[0], 2: pane.outputs[0]})
    shader.tree.links.new(both.outputs[0], shader.tree.nodes["Material Output"].inputs["Surface"])
