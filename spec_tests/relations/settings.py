"""Relations of configurations, the flat store and the bridge between them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from ptychoparity.spec_tests import tables
from ptychoparity.spec_tests.relations.call import Call, Inputs, Options

SAME = {"exact": True, "why": "the same values by another way"}


def built_again_it_is_the_same(call: Call, inputs: Inputs, options: Options) -> None:
    """What a configuration holds, given as its fields, makes the same configuration."""
    once = call("make_config", {**inputs, "assignments": {}})["fields"]
    again = call("make_config", {**inputs, "fields": once, "assignments": {}})["fields"]
    call.hold("fields built again", once, again, SAME)


def a_stated_default_changes_nothing(call: Call, inputs: Inputs, options: Options) -> None:
    """A field given at its declared default is as good as not given."""
    plain = {**inputs, "assignments": {}}
    answer = call("make_config", plain)
    stated = {name: value for name, value in answer["defaults"].items() if value != "<required>"}
    given = call("make_config", {**plain, "fields": {**stated, **inputs["fields"]}})
    call.hold("fields with every default stated", answer["fields"], given["fields"], SAME)


def n_images_is_an_alias(call: Call, inputs: Inputs, options: Options) -> None:
    """CFG.N_IMAGES.ALIAS: k given as n_images alone is k given as n_groups."""
    fields = {name: value for name, value in inputs["fields"].items() if name not in ("n_groups", "n_images")}
    k = int(call.random.integers(1, 4000))
    groups = call("make_config", {**inputs, "fields": {**fields, "n_groups": k}})["fields"]
    images = call("make_config", {**inputs, "fields": {**fields, "n_images": k}})["fields"]
    call.hold("fields by n_images", {**groups, "n_images": k}, images, SAME)


def _flat_names(kind: str) -> set[str]:
    """Legacy keys of a class, its model's among them."""
    rows = tables.tables()[kind]
    own = {row["legacy"] for row in rows.values() if "legacy" in row}
    return own.union(*(_flat_names(row["table"]) for row in rows.values() if "table" in row))


def only_nine_are_renamed(call: Call, inputs: Inputs, options: Options) -> None:
    """CFG.MAP.COMPLETE, CFG.MAP.IDENTITY, BRIDGE.FLATTEN: exactly the keys the table names, no more, no less."""
    found = call("legacy_dict", inputs)["params"]
    call.hold("keys of the flat dictionary", sorted(_flat_names(inputs["kind"])), sorted(found), SAME)


def no_path_is_left(call: Call, inputs: Inputs, options: Options) -> None:
    """CFG.MAP.PATH_STR: every path, whatever it is called, is a text."""
    found = call("legacy_dict", inputs)["params"]
    wrong = [f"{k} is {v!r}" for k, v in found.items() if "path" in k and v is not None and not isinstance(v, str)]
    if wrong:
        call.fail(f"paths are no texts: {', '.join(wrong)}")


def the_configuration_is_left_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """BRIDGE.ONEWAY: after the bridge the configuration is what it was before."""
    before = call("make_config", {"kind": inputs["kind"], "fields": inputs["fields"], "assignments": {}})["fields"]
    call.hold("fields after the bridge", before, call("update_legacy_dict", inputs)["fields"], SAME)


def bridging_twice_changes_nothing(call: Call, inputs: Inputs, options: Options) -> None:
    """The bridge into its own result gives the same store."""
    once = call("update_legacy_dict", inputs)["params"]
    call.hold("params bridged twice", once, call("update_legacy_dict", {**inputs, "params": once})["params"], SAME)


def other_keys_are_left_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """BRIDGE.EXTRA_KEYS: what no field maps to stays, intensity_scale, probe and offset among it."""
    extra = {"intensity_scale": 988.25, "probe": [1.0, 2.0], "offset": 6, "unrelated": {"stays": True}}
    found = call("update_legacy_dict", {**inputs, "params": {**inputs["params"], **extra}})["params"]
    kept = {key: found.get(key) for key in extra}
    call.hold("keys no field maps to", extra, kept, SAME)


def the_store_gets_the_flat_dictionary(call: Call, inputs: Inputs, options: Options) -> None:
    """BRIDGE.FUNCTION, BRIDGE.TYPES: the bridge writes the translated dictionary, None aside, and nothing else."""
    flat = call("legacy_dict", {"kind": inputs["kind"], "fields": inputs["fields"]})["params"]
    wanted = {**inputs["params"], **{key: value for key, value in flat.items() if value is not None}}
    call.hold("params", wanted, call("update_legacy_dict", inputs)["params"], SAME)


def a_second_configuration_replaces_the_first(call: Call, inputs: Inputs, options: Options) -> None:
    """BRIDGE.FRESH_EQUIV, as far as BRIDGE.NONE_KEEPS lets it: what the second states is there, not the first's."""
    first = {"params": {}, "kind": "TrainingConfig", "fields": options["first"]}
    after_first = call("update_legacy_dict", first)["params"]
    both = call("update_legacy_dict", {**inputs, "params": after_first})["params"]
    alone = call("update_legacy_dict", {**inputs, "params": {}})["params"]
    call.hold("keys of the second", alone, {key: both.get(key) for key in alone}, SAME)


def bigN_follows_the_store(call: Call, inputs: Inputs, options: Options) -> None:
    """PARAMS.BIGN: N + (gridsize - 1) offset of what the store holds when it is asked, whatever was there before."""
    for _ in range(4):
        N, gridsize, offset = (int(call.random.integers(low, high)) for low, high in ((8, 512), (1, 6), (0, 20)))
        changes = {**inputs["changes"], "N": N, "gridsize": gridsize, "offset": offset, "bigN": 1}
        value = call("params_get", {**inputs, "changes": changes, "key": "bigN"})["value"]
        call.hold("bigN", N + (gridsize - 1) * offset, value, SAME)


def what_was_set_is_there(call: Call, inputs: Inputs, options: Options) -> None:
    """PARAMS.SET, PARAMS.GET: a value that was set is the one that is got."""
    changes = {**inputs["changes"], inputs["key"]: 12.5}
    call.hold(inputs["key"], 12.5, call("params_get", {**inputs, "changes": changes})["value"], SAME)


def two_settings_commute(call: Call, inputs: Inputs, options: Options) -> None:
    """PARAMS.SET: settings of two keys give the same store in either order."""
    one = {"key": "label", "value": "first"}
    other = {"key": "tv_weight", "value": 0.5}

    def both(first: dict[str, Any], second: dict[str, Any]) -> Any:
        once = call("params_set", {"changes": inputs["changes"], **first})["params"]
        return call("params_set", {"changes": once, **second})["params"]

    call.hold("params", both(one, other), both(other, one), SAME)


def a_configuration_survives_its_file(call: Call, inputs: Inputs, options: Options) -> None:
    """CFG.YAML: written as YAML and read again, a configuration is what it was, every default among it."""
    path = Path(inputs["path"])
    fields = yaml.safe_load(path.read_text())
    built = call("make_config", {"kind": "TrainingConfig", "fields": fields, "assignments": {}})["fields"]
    path.write_text(yaml.safe_dump(built))
    document = call("read_config", inputs)["document"]
    call.hold("document", built, document, SAME)
    again = call("make_config", {"kind": "TrainingConfig", "fields": document, "assignments": {}})["fields"]
    call.hold("fields built from the file", built, again, SAME)


def the_torch_configuration_is_left_alone(call: Call, inputs: Inputs, options: Options) -> None:
    """TBRIDGE.PURE: what goes into the bridge stays as it was given; asked twice, it answers alike."""
    once, twice = call("bridge_config", inputs), call("bridge_config", inputs)
    call.hold("fields asked twice", once["fields"], twice["fields"], SAME)
    for kind in ("data", "model", "training", "inference"):
        given = {name: once["torch"][kind].get(name) for name in inputs[kind]}
        call.hold(f"{kind} after the bridge", inputs[kind], given, SAME)


def overrides_win(call: Call, inputs: Inputs, options: Options) -> None:
    """TBRIDGE.OVERRIDES_WIN: every override is in the answer as it was given."""
    fields = call("bridge_config", inputs)["fields"]
    call.hold("overridden fields", inputs["overrides"], {name: fields.get(name) for name in inputs["overrides"]}, SAME)


def bridged_is_as_good_as_built(call: Call, inputs: Inputs, options: Options) -> None:
    """TBRIDGE.PARITY: a configuration said in torch words leaves the same store as one said in ours."""
    wanted = call("make_config", {"kind": "TrainingConfig", "fields": _canonical(call.random), "assignments": {}})
    fields = wanted["fields"]
    model, own = (
        fields["model"],
        {n: v for n, v in fields.items() if n not in ("model", "nll_weight", *_DATA, *_TRAINING)},
    )
    data = {
        "grid_size": [model["gridsize"]] * 2, "N": model["N"], "probe_scale": model["probe_scale"],
        **{theirs: fields[ours] for ours, theirs in _DATA.items()},
    }  # fmt: skip
    torch_model = {n: v for n, v in model.items() if n not in ("gridsize", "N", "probe_scale", "model_type")}
    torch_model["mode"] = {"pinn": "Unsupervised", "supervised": "Supervised"}[model["model_type"]]
    training = {theirs: fields[ours] for ours, theirs in _TRAINING.items()}
    training["nll"] = bool(fields["nll_weight"])
    said = {"which": "to_training_config", "data": data, "model": torch_model, "training": training, "inference": {}}
    bridged = call("bridge_config", {**said, "overrides": {**own, "nphotons": fields["nphotons"]}})["fields"]
    direct, by_way = (
        call("update_legacy_dict", {"params": {}, "kind": "TrainingConfig", "fields": one})["params"]
        for one in (fields, bridged)
    )
    call.hold("params", direct, by_way, SAME)


_DATA = {"neighbor_count": "K", "nphotons": "nphotons"}
_TRAINING = {
    "nepochs": "epochs", "lr_warmup_epochs": "warmup_epochs", "lr_min_ratio": "min_lr_ratio",
    "batch_size": "batch_size", "scheduler": "scheduler", "gradient_clip_val": "gradient_clip_val",
    "optimizer": "optimizer", "plateau_factor": "plateau_factor", "plateau_patience": "plateau_patience",
    "plateau_min_lr": "plateau_min_lr", "plateau_threshold": "plateau_threshold",
    "enable_oversampling": "enable_oversampling", "neighbor_pool_size": "neighbor_pool_size",
}  # fmt: skip


def _canonical(random: np.random.Generator) -> dict[str, Any]:
    """A training configuration with a value for every field, drawn from the table; what torch can say of it."""

    def draw(rows: Mapping[str, tables.Row]) -> dict[str, Any]:
        return {
            name: row["draw"][int(random.integers(len(row["draw"])))] for name, row in rows.items() if "draw" in row
        }

    fields = draw(tables.tables()["TrainingConfig"])
    fields["model"] = draw(tables.tables()["ModelConfig"])
    fields["nll_weight"] = float(random.integers(2))
    return {**fields, "backend": "pytorch", "n_groups": 77, "n_images": None, "train_data_file": "data/t.npz"}


def groups_are_counted_whatever_the_gridsize(call: Call, inputs: Inputs, options: Options) -> None:
    """CFG.N_GROUPS.MEANING: n_groups groups at gridsize 1, 2 and 3, of 1, 4 and 9 members."""
    wanted = inputs["fields"]["n_groups"]
    for gridsize in (1, 2, 3):
        fields = {**inputs["fields"], "model": {**inputs["fields"]["model"], "gridsize": gridsize}}
        found = list(call("group_bridged", {**inputs, "fields": fields})["nn_indices"].shape)
        call.hold(f"shape of nn_indices at gridsize {gridsize}", [wanted, gridsize**2], found, SAME)


RELATIONS = (
    built_again_it_is_the_same, a_stated_default_changes_nothing, n_images_is_an_alias, only_nine_are_renamed,
    no_path_is_left, the_configuration_is_left_alone, bridging_twice_changes_nothing, other_keys_are_left_alone,
    the_store_gets_the_flat_dictionary, a_second_configuration_replaces_the_first, bigN_follows_the_store,
    what_was_set_is_there, two_settings_commute, a_configuration_survives_its_file,
    the_torch_configuration_is_left_alone, overrides_win, bridged_is_as_good_as_built,
    groups_are_counted_whatever_the_gridsize,
)  # fmt: skip
