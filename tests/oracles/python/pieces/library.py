"""The standard library, as pieces of program."""

LIBRARY = [
    """
d@ = collections.OrderedDict([('b', {n}), ('a', {int})])
⟨d@.move_to_end('b')¦d@['c'] = 3¦d@.popitem(last=False)¦d@.move_to_end('a', last=False)¦d@.pop('a')⟩
x@ = list(d@.values())
s@ = list(d@)
#> x@: ints
#> s@: strs
""",
    """
dd@ = collections.defaultdict(⟨list¦lambda: [{n}]⟩)
for k, v in {pairs}:
    dd@[k].append(v)
r@ = len(dd@['a']) + len(dd@)
x@ = dd@['b']
s@ = 'zz' in dd@
#> r@: int
#> x@: ints
#> s@: bool
""",
    """
n@ = collections.defaultdict(int⟨¦, a=2⟩)
for w in {strs}:
    n@[w] += 1
r@ = n@['a'] + n@.get('qq', 7)
d@ = dict(n@)
#> r@: int
#> d@: dict
""",
    """
c@ = collections.Counter(⟨'abca'¦{strs}¦{ints}¦['a', 'b', 'a']⟩)
⟨c@.update(['a', 'k'])¦c@['a'] += 3¦c@.subtract(['a'])¦c@ = c@ + collections.Counter(a=1)⟩
r@ = c@['a'] + c@['missing'] + len(c@) + sum(c@.values())
x@ = [n for _, n in c@.most_common(⟨1¦2¦⟩)]
#> r@: int
#> x@: ints
""",
    """
q@ = collections.deque({ints}⟨¦, maxlen=3⟩)
⟨q@.append({n})¦q@.appendleft({n})¦q@.rotate(1)¦q@.extend([1, 2])¦q@.extendleft([1, 2])⟩
r@ = q@.popleft() if q@ else {n}
x@ = list(q@)
s@ = bool(q@)
#> r@: int
#> x@: ints
#> s@: bool
""",
    """
groups@ = {{}}
for k, part in itertools.groupby(sorted({ints}), key=lambda i: i % 2):
    groups@[str(k)] = len(list(part))
d@ = groups@
#> d@: dict
""",
    """
a@, b@ = itertools.tee({ints})
x@ = list(a@) + [sum(b@)]
y@ = [p + q for p, q in itertools.zip_longest({ints}, {ints}, fillvalue={n})]
z@ = list(itertools.compress([1, 2, 3], {ints}))
w@ = [next(c) for c in [itertools.cycle([{n}, 2])] for _ in range(3)]
v@ = list(itertools.starmap(lambda a, b: a * b, [(1, 2), (3, {n})]))
u@ = [len(p) for p in itertools.permutations([1, 2, 3], 2)]
c@ = itertools.count({n}, 2)
t@ = [next(c@), next(c@)]
#> x@: ints
#> y@: ints
#> z@: ints
#> w@: ints
#> v@: ints
#> u@: ints
#> t@: ints
""",
    """
try:
    from ⟨math import prod as f@¦math import no_such_function as f@¦itertools import islice as f@⟩
    flag@ = True
except ImportError:
    flag@ = False
#> flag@: bool
""",
    """
cm@ = collections.ChainMap({{'a': {n}}}, {dict})
r@ = cm@.get('a', 0) + cm@.get('zz', {n})
#> r@: int
""",
    """
class Ns@:
    pass

ns@ = ⟨types.SimpleNamespace(units={n}, act='relu')¦argparse.Namespace(units={n}, act='relu')⟩
ns@.units += 1
ns@.more = {ints}
r@ = ns@.units + len(ns@.more)
t@ = ns@.act
d@ = len(vars(ns@))
#> r@: int
#> t@: str
#> d@: int
""",
    """
text@ = 'conv:{n},pool:2;dense:{n}'
parsed@ = {{}}
for part in ⟨text@.replace(';', ',').split(',')¦re.split('[,;]', text@)⟩:
    key, _, value = part.partition(':')
    parsed@[key] = int(value)
d@ = parsed@
r@ = parsed@['conv'] * 3
#> d@: dict
#> r@: int
""",
    """
cfg@ = json.loads('{{"units": [{n}, 4], "act": "relu", "drop": null, "on": true}}')
r@ = sum(cfg@['units'])
s@ = cfg@['drop'] is None and cfg@['on']
x@ = json.loads(json.dumps(cfg@))['units']
#> r@: int
#> s@: bool
#> x@: ints
""",
    """
table@ = {{'add': operator.add, 'mul': operator.mul, 'f': lambda a, b: a - b}}
r@ = table@[⟨'add'¦'mul'¦'f'⟩]({int}, {n})
x@ = [f(2, 3) for f in table@.values()]
#> r@: int
#> x@: ints
""",
    """
keyed@ = {{(1, 2): {n}, 'x': {n}, None: 2, 2.0: 5, frozenset([1]): 8}}
r@ = keyed@[(1, 2)] + keyed@.get(2, 0) + keyed@[None] + keyed@.get(frozenset({{1}}), 0)
s@ = (1, 2) in keyed@ and True in {{1: 0}}
del keyed@[2]
u@ = len(keyed@)
#> r@: int
#> s@: bool
#> u@: int
""",
    """
r@ = eval(⟨'{n} + 2'¦'max([1, {n}])'¦"len('abc')"⟩)
x@ = list(ast.literal_eval('[1, {n}, 3]'))
#> r@: int
#> x@: ints
""",
    """
st@ = {strs}
order@ = list(set(st@))
r@ = len(order@) + len(order@ and order@[0] or '') * 0
u@ = sorted(order@)
#> r@: int
#> u@: strs
""",
]
