"""A change of a bundled spec for every rule that reads specs, and everything that the linter then finds."""

from ssmi_dsl.bundled import specs_folder

# spec, replacements of its text, every finding as `line:column code`; SY011 is shown by its own row only
Change = tuple[str, list[tuple[str, str]], list[str]]
CHANGES: dict[str, Change] = {
    "BS001": ("jmi", [("marginal: in-batch", "marginal: {whitening: {size: 64}}")], ["15:13 BS001"]),
    "BS002": ("jmi", [("marginal: in-batch", "marginal: {whitening: {size: 320}}")], ["15:13 BS002"]),
    "BS003": ("jmi", [("bound: donsker-varadhan", "bound: {gaussian: {eps: 0}}")], ["13:27 BS003", "13:27 MT011"]),
    "BS004": ("barlow-twins", [("batch_size: 256", "batch_size: 32")], ["23:17 BS004"]),
    "BS005": (
        "simclr",
        [("batch_size: 256", "batch_size: 256\n    hardware: {devices: 8, gather: none}")],
        ["27:36 BS005"],
    ),
    "BS006": (
        "vicreg",
        [("batch_size: 256", "batch_size: 256\n    hardware: {gradient_accumulation: 4}")],
        ["24:39 BS006"],
    ),
    "BS007": ("moco-v2", [("batch_size: 256", "batch_size: 256\n    hardware: {devices: 8}")], ["27:5 BS007"]),
    "BS008": ("jmi", [("batch_size: 256", "batch_size: 1")], ["22:17 BS008"]),
    "BS010": (
        "moco-v2",
        [
            ("marginal: {queue: {size: 65536}}", "marginal: center-sharpen"),
            ("epochs: 200\n", "epochs: 200\n    hardware: {devices: 8, gather: none, batch_norm: synchronized}\n"),
        ],
        ["18:11 MT018", "28:36 BS005", "28:36 BS010"],
    ),
    "BS011": ("jmi", [("count: 2", "count: 1")], ["7:16 BS011"]),
    "BS013": (
        "moco-v2",
        [("batch_size: 256", "batch_size: 256\n    hardware: {batch_norm: shuffled}")],
        ["27:28 BS013"],
    ),
    "BS015": (
        "vicreg",
        [("batch_size: 256", "batch_size: 16")],
        ["23:17 BS015"],
    ),
    "DA001": (
        "jmi",
        [("marginal: in-batch", "marginal: {permutation: {over: places}}\n  target_nats: 2.0")],
        ["15:34 DA001"],
    ),
    "DA002": ("jmi", [("augment: simclr", "augment: none")], ["7:28 DA002"]),
    "DA003": ("byol", [("  bound: donsker", "  views: same\n  bound: donsker")], ["20:10 DA003"]),
    "DA006": (
        "cpc",
        [("{backbone: {patches: {of: resnet18, size: 8, stride: 4, crop: 7}}}", "{backbone: resnet18}")],
        ["13:141 DA006", "14:141 DA006", "15:143 DA006", "16:142 DA006", "17:142 DA006"],
    ),
    "DA007": (
        "data2vec",
        [
            (
                "count: 1, augment: [{random-resized-crop: {scale: [0.2, 1.0]}}, horizontal-flip, ",
                "count: 2, augment: [",
            ),
            ("views: same", "views: other"),
            ("{augment: [{normalize", "{augment: [{color-jitter: {brightness: 0.4, p: 1.0}}, {normalize"),
            ("{a: student.hidden, b: teacher.hidden}", "{a: teacher.hidden, b: student.hidden}"),
        ],
        ["21:9 DA007"],
    ),
    "DA005": ("moco-v2", [("{size: 512}", "{size: 2048}")], ["57:34 DA005"]),
    "DV001": ("jmi", [("critic: {cosine: {temperature: 0.2}}", "critic: dot")], ["14:11 DV001"]),
    "DV002": (
        "sdmi",
        [("ssmi: 1\n", "ssmi: 1\nclaims: [monotone-mi]\n"), ("critic: {cosine: {temperature: 0.2}}", "critic: dot")],
        ["2:9 DV002", "16:11 DV001"],
    ),
    "DV003": ("jmi", [("marginal: in-batch", "marginal: in-batch\n  target_nats: 6.0")], ["16:16 DV003"]),
    "DV004": ("simclr", [("bound: infonce\n", "bound: infonce\n  target_nats: 9.0\n")], ["18:16 DV003", "18:16 DV004"]),
    "DV005": (
        "jmi",
        [("critic: {cosine: {temperature: 0.2}}", "critic: {cosine: {temperature: 0.01}}")],
        ["14:11 DV005"],
    ),
    "DV006": (
        "jmi",
        [("recipes:\n", "evaluate: {mutual_information: {estimators: [infonce, dcl]}}\nrecipes:\n")],
        ["19:55 DV006"],
    ),
    "DV007": (
        "jmi",
        [("recipes:\n", "evaluate: {mutual_information: {estimators: [nwj, smile], report: lower-bound}}\nrecipes:\n")],
        ["19:67 DV007"],
    ),
    "DV008": ("vicreg", [("weights: {joint: 25.0}", "weights: {joint: 25.0}\n  target_nats: 2.0")], ["17:16 DV008"]),
    "DV009": ("jmi", [("bound: donsker-varadhan", "bound: leave-one-out")], ["13:10 DV009"]),
    "DV011": ("jmi", [("bound: donsker-varadhan", "bound: {jsd: {squash: true}}")], ["13:25 DV011"]),
    "DV012": ("jmi", [("bound: donsker-varadhan", "bound: {rpc: {gamma: -0.5}}")], ["13:24 DV012"]),
    "DV013": ("jmi", [("marginal: in-batch", "marginal: {permutation: {draw: replacement}}")], ["15:34 DV013"]),
    "DV014": (
        "jmi",
        [
            ("bound: donsker-varadhan", "bound: {interpolated: {alpha: 0.9}}\n  target_nats: 7.0"),
            ("critic: {cosine: {temperature: 0.2}}", "critic: dot"),
            ("      objective: {critic: {cosine: {temperature: 0.1}}} # 0.2 separates 64 images too slowly\n", ""),
        ],
        ["14:16 DV014"],
    ),
    "DV015": ("jmi", [("critic: {cosine: {temperature: 0.2}}", "critic: separable")], ["14:11 DV001", "14:11 DV015"]),
    "DV016": (
        "simclr",
        [("{cosine: {temperature: 0.2}}", "{cosine: {temperature: 0.2, learnable: true}}")],
        ["18:50 DV016"],
    ),
    "DV017": (
        "jmi",
        [("critic: {cosine: {temperature: 0.2}}", "critic: {cosine: {temperature: 50.0}}")],
        ["14:11 DV017"],
    ),
    "MT017": (
        "alignment-uniformity",
        [("critic: {rbf: {normalize: true}}", "critic: {rbf: {normalize: true, temperature: 0.001}}")],
        ["14:11 MT017"],
    ),
    "MT019": (
        "w-mse",
        [("{rbf: {normalize: true}}", "rbf"), ("{size: 128}}", "{size: 128, eps: 0.01}}")],
        ["14:11 MT019"],
    ),
    "MT018": ("swav", [("critic: {prototypes: {temperature: 0.1}}", "critic: dot")], ["20:11 MT018"]),
    "MT016": ("vicreg", [("covariance: 1.0", "covariance: 0.0")], ["15:64 MT016"]),
    "DV019": ("byol", [("predictor: {mlp: [4096, 256]}", "predictor: {mlp: [4096, 128]}")], ["13:16 DV019"]),
    "DV018": ("spectral-contrastive", [("critic: {dot: {most: 1.0}}", "critic: rbf")], ["14:11 DV018"]),
    "MT015": ("vicreg", [("weights: {joint: 25.0}", "weights: {joint: 0.0}")], ["16:20 MT015"]),
    "NU009": ("jmi", [("lr: 0.4", "lr: 400.0")], ["21:16 NU009"]),
    "EM001": (
        "byol",
        [("{ema: {momentum: 0.99, final: 1.0, schedule: cosine}}", "{ema: {momentum: 1.0}}")],
        ["16:30 EM001"],
    ),
    "EM002": (
        "byol",
        [("{ema: {momentum: 0.99, final: 1.0, schedule: cosine}}", "{ema: {momentum: 0.5}}")],
        ["16:30 EM002"],
    ),
    "EM003": (
        "byol",
        [("{ema: {momentum: 0.9, final: 1.0, schedule: cosine}}", "{ema: {momentum: 0.9999}}")],
        ["59:43 EM003"],
    ),
    "EM004": (
        "moco-v2",
        [
            ("        key: {update: {ema: {momentum: 0.99}}} # 1,320 steps: 0.999 would never catch up\n", ""),
        ],
        ["13:30 EM003", "43:17 EM004"],
    ),
    "EM005": ("moco-v2", [("momentum: 0.999}", "momentum: 0}")], ["13:30 EM005"]),
    "EM008": (
        "moco-v2",
        [("momentum: 0.999}", "momentum: 0.99}"), ("marginal: {queue: {size: 65536}}", "marginal: center-sharpen")],
        ["13:30 EM005", "13:30 EM008", "18:11 MT018"],
    ),
    "EM009": ("byol", [("    of: online\n", "    of: online\n    projector: {mlp: [2048, 256]}\n")], ["16:16 EM009"]),
    "EM010": (
        "byol",
        [("  bound: donsker", "  on: {a: online, b: online}\n  bound: donsker")],
        ["16:13 EM010"],
    ),
    "EM011": (
        "byol",
        [("{ema: {momentum: 0.99, final: 1.0, schedule: cosine}}", "{ema: {momentum: 0.01}}")],
        ["16:30 EM011"],
    ),
    "EM012": (
        "dino",
        [("{ema: {momentum: 0.9995, final: 1.0, schedule: cosine}}", "{ema: {momentum: 0.0}}")],
        ["16:30 EM012"],
    ),
    "EV001": (
        "jmi",
        [("recipes:\n", "evaluate: {mutual_information: {estimators: [donsker-varadhan]}}\nrecipes:\n")],
        ["19:45 EV001"],
    ),
    "EV002": ("jmi", [("recipes:\n", "evaluate: {mutual_information: {select: best}}\nrecipes:\n")], ["19:41 EV002"]),
    "EV003": (
        "jmi",
        [
            (
                "recipes:\n",
                "evaluate: {mutual_information: {estimators: [infonce, nwj], report: certified, samples: 64}}\nrecipes:\n",
            )
        ],
        ["19:69 EV003"],
    ),
    "EV004": ("jmi", [("recipes:\n", "evaluate: {probe: {reads: embedding}}\nrecipes:\n")], ["19:27 EV004"]),
    "EV005": ("vicreg", [("recipes:\n", "evaluate: {monitors: []}\nrecipes:\n")], ["20:22 EV005"]),
    "EV006": ("jmi", [("recipes:\n", "evaluate: {probe: {select_on: test}}\nrecipes:\n")], ["19:31 EV006"]),
    "GR001": ("gmi-mean", [("batch_size: 2708", "batch_size: 40000")], ["36:17 GR001"]),
    "GR002": (
        "gmi-mean",
        [("lint: {ignore: [GR002]}", "lint: {}")],
        ["20:15 GR002"],
    ),
    "MT001": ("byol", [("marginal: predictor", "marginal: none")], ["22:13 MT001"]),
    "MT002": ("vicreg", [("variance: 25.0", "variance: 0.0")], ["15:46 MT002"]),
    "MT003": ("barlow-twins", [("critic: standardized", "critic: dot")], ["14:11 MT003"]),
    "MT004": (
        "vicreg",
        [("marginal: {variance-covariance: {variance: 25.0, covariance: 1.0}}", "marginal: uniformity")],
        ["14:11 MT004"],
    ),
    "MT005": (
        "dino",
        [("marginal: {center-sharpen: {temperature: 0.07}}", "marginal: {center-sharpen: {temperature: 0.2}}")],
        ["22:44 MT005"],
    ),
    "MT006": (
        "dino",
        [("marginal: {center-sharpen: {temperature: 0.07}}", "marginal: {center-sharpen: {centering: false}}")],
        ["22:42 MT006"],
    ),
    "MT007": (
        "dino",
        [("marginal: {center-sharpen: {temperature: 0.07}}", "marginal: {center-sharpen: {temperature: 0.08}}")],
        ["22:44 MT007"],
    ),
    "MT008": (
        "swav",
        [("    stop_gradient: true # the codes are constants\n", "")],
        ["14:3 MT008"],
    ),
    "MT009": (
        "swav",
        [("queue: 3840, queue_epochs: 50", "queue: 512, queue_epochs: 50")],
        ["13:25 MT009"],
    ),
    "MT010": (
        "jmi",
        [("critic: {cosine: {temperature: 0.2}}", "critic: dot"), ("marginal: in-batch", "marginal: taylor")],
        ["15:13 MT010"],
    ),
    "MT011": (
        "corinfomax",
        [("eps: 1.0e-8", "eps: 0.0")],
        ["15:45 MT011"],
    ),
    "MT012": (
        "mec",
        [("distortion: 32768.0", "distortion: 1.5")],
        ["15:52 MT012"],
    ),
    "MT014": (
        "corinfomax",
        [("eps: 1.0e-8", "eps: 1.0e-8, normalize: false")],
        ["15:64 MT014"],
    ),
    "MT020": (
        "smog",
        [
            (
                "marginal: {groups: {count: 300, momentum: 0.99, reset_steps: 300, memory: 76800}}",
                "marginal: predictor",
            ),
            ("lint: {ignore: [SD014]} # predictor and groups: the paper has both\n", ""),
            ("      objective: {marginal: {groups: {count: 3000}}}\n", ""),
            (
                "      objective: {marginal: {groups: {count: 100, memory: 640, reset_steps: 220}}} # ten batches, ten epochs\n",
                "",
            ),
        ],
        ["21:13 MT020"],
    ),
    "NU001": (
        "jmi",
        [
            (
                "bound: donsker-varadhan\n  critic: {cosine: {temperature: 0.2}}",
                "bound: nwj\n  critic: {cosine: {temperature: 0.01}}",
            )
        ],
        ["14:34 NU001"],
    ),
    "PR001": ("simsiam", [("  predictor: {schedule: constant}", "  predictor: {}")], ["13:5 PR001"]),
    "PR002": ("simsiam", [("schedule: constant}", "schedule: constant, lr_multiplier: 0.1}")], ["26:50 PR002"]),
    "PR003": ("simsiam", [("schedule: constant}", "schedule: constant, frozen: true}")], ["26:43 PR003"]),
    "PR004": (
        "byol",
        [("predictor: {mlp: [4096, 256]}", "predictor: {linear: 256}"), ("weight_decay: 1.0e-5", "weight_decay: 0")],
        ["13:16 PR005", "29:47 PR004"],
    ),
    "PR005": ("byol", [("predictor: {mlp: [4096, 256]}", "predictor: {linear: 256}")], ["13:16 PR005"]),
    "PR006": (
        "simsiam",
        [
            ("predictor: {mlp: [512, 2048]}", "predictor: {linear: 2048}"),
            ("schedule: constant}", "direct: {momentum: 0}}"),
        ],
        ["26:34 PR006"],
    ),
    "PR007": (
        "simsiam",
        [("predictor: {mlp: [512, 2048]}", "predictor: {mlp: {widths: [512, 2048], last_norm: batch-no-affine}}")],
        ["13:55 PR007"],
    ),
    "PR008": (
        "byol",
        [
            ("backbone: resnet18, stem: small", "backbone: mlp"),
            ("projector: {mlp: [4096, 256]}", "projector: {linear: 256}"),
            ("predictor: {mlp: [4096, 256]}", "predictor: {mlp: {widths: [4096, 256], norm: none}}"),
        ],
        ["8:21 PR008"],
    ),
    "SD001": ("byol", [("    stop_gradient: true\n", "")], ["14:3 SD001"]),
    "SD002": ("simclr", [("paradigm: jmi", "paradigm: sdmi")], ["5:11 SD002"]),
    "SD003": ("byol", [("  online:\n", "  online:\n    stop_gradient: true\n")], ["12:20 SD003"]),
    "SD004": ("simsiam", [("    predictor: {mlp: [512, 2048]}\n", "")], ["14:9 SD004"]),
    "SD005": ("byol", [("    predictor: {mlp: [4096, 256]}\n", "")], ["15:13 SD005"]),
    "SD006": (
        "byol",
        [("    stop_gradient: true\n", "    stop_gradient: true\n    predictor: {mlp: [4096, 256]}\n")],
        ["18:5 SD006"],
    ),
    "SD007": (
        "jmi",
        [
            ("paradigm: jmi", "paradigm: sdmi"),
            ("[2048, 256]}}\n", "[2048, 256]}}\n  b: {of: shared, stop_gradient: true}\n"),
        ],
        ["11:34 SD007"],
    ),
    "SD008": ("byol", [("swap: true}", "swap: true, blocks: [online, target]}")], ["25:64 SD008"]),
    "SD009": (
        "simsiam",
        [
            ("    of: online # the same parameters: the implicit M-step copies them\n", ""),
            # a momentum fits one size of batch: that of all recipes here
            ("    batch_size: 64\n    epochs: 60\n", "    batch_size: 256\n    epochs: 600\n"),
        ],
        ["14:3 SD009"],
    ),
    "SD010": ("sdmi", [("blocks: [a, b]", "blocks: [a, b], updates: simultaneous")], ["18:60 SD010"]),
    "SD011": ("simsiam", [("ssmi: 1\n", "ssmi: 1\nclaims: [monotone-mi]\n")], ["2:9 SD011"]),
    "SD012": ("simsiam", [("swap: true", "swap: false")], ["25:9 SD012"]),
    "SD013": ("byol", [("paradigm: sdmi", "paradigm: jmi")], ["17:20 SD013"]),
    "SD014": ("byol", [("marginal: predictor", "marginal: in-batch")], ["13:5 SD014"]),
    "SD015": (
        "jmi",
        [("{projector: {mlp: [2048, 256]}}", "{projector: {mlp: [2048, 256]}, predictor: {mlp: [512, 256]}}")],
        ["10:43 SD015"],
    ),
    "ST003": ("moco-v2", [("marginal: {queue: {size: 65536}}", "marginal: {queue: {size: 65000}}")], ["19:28 ST003"]),
    "SY001": ("jmi", [("stem: small}", "stem: small")], ["9:9 SY001"]),
    "SY002": ("jmi", [("temperature: 0.2", "temprature: 0.2")], ["14:21 SY002"]),
    "SY003": ("jmi", [("    epochs: 800\n", "    epochs: 800\n    epochs: 200\n")], ["24:5 SY003"]),
    "SY004": ("jmi", [("epochs: 800", "epochs: many")], ["23:13 SY004"]),
    "SY005": ("jmi", [("temperature: 0.2", "temperature: -0.2")], ["14:34 SY005"]),
    "SY006": ("jmi", [("marginal: in-batch", "marginal: in-bach")], ["15:13 SY006"]),
    "SY007": ("jmi", [("optimize: {schedule: joint}\n", "")], ["1:1 SY007", "30:5 SY007", "37:5 SY007"]),
    "SY008": ("jmi", [("count: 2", "count: " + "[" * 70 + "]" * 70)], ["7:78 SY008"]),
    "SY009": ("jmi", [("epochs: 800", "epochs: 010")], ["23:13 SY009"]),
    "SY010": ("jmi", [("count: 2", "count: !int 2")], ["7:16 SY010"]),
    "SY011": ("jmi", [("marginal: in-batch", "marginal: {permutation: {over: places}}")], ["15:34 SY011"]),
    "SY012": ("byol", [("    of: online\n", "    of: onlin\n")], ["15:9 SY012"]),
    "SY013": ("jmi", [("canonical form", "canonical\u200bform")], ["3:43 SY013"]),
    "SY014": ("jmi", [("epochs: 800", "epochs: 800 # ssmi: ignore[SY009]")], ["23:17 SY014"]),
    "SY015": ("jmi", [("epochs: 800", "epochs: 800 # ssmi: ignore[EM1]")], ["23:17 SY015"]),
}


def changed_text(code: str) -> str:
    """The bundled spec of this rule's change, changed."""
    name, replacements, _ = CHANGES[code]
    text = (specs_folder() / f"{name}.yaml").read_text()
    for old, new in replacements:
        assert old in text, f"{name} has no {old!r}"
        text = text.replace(old, new, 1)
    return text
