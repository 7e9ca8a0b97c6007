"""What the program's own layers make of the tensors of a model beside what the model reads of them."""

from __future__ import annotations

from cnnlint.graph import Model, Node
from cnnlint.readers.python.run import Graph


class Inside:
    """What calls of the program's own layers made, by what it reads."""

    def __init__(self, building: Graph) -> None:
        self._building = building
        self._known: list[Node] = []
        self._done = 0
        #: by the identity of a node, those that read it, with their places among all
        self._readers: dict[int, list[tuple[int, Node]]] = {}

    def beside(self, model: Model) -> list[Node]:
        """What the program's own layers make of a model's tensors beside what it reads of them: Keras counts the
        weights of a layer whole, so that those of the model are not known."""
        inside = self._building.inside
        if inside.isdisjoint(map(id, model.nodes)):
            return []
        self._look()
        own, numbers = {id(node) for node in model.nodes}, {node.layer_id for node in model.nodes}
        reading = dict(one for node in model.nodes for one in self._readers.get(id(node), ()))
        return [
            Node(node.kind, node.name, layer_id=-node.layer_id)
            for _, node in sorted(reading.items())
            if node.parameters != 0 and id(node) not in own and node.layer_id not in numbers
        ]

    def _look(self) -> None:
        """Take in what was made since, or all of it where some was taken away."""
        nodes, inside = self._building.nodes, self._building.inside
        if nodes is not self._known or len(nodes) < self._done:
            self._known, self._done, self._readers = nodes, 0, {}
        for place in range(self._done, len(nodes)):
            if id(nodes[place]) in inside:
                for source in nodes[place].inputs:
                    self._readers.setdefault(id(source), []).append((place, nodes[place]))
        self._done = len(nodes)
