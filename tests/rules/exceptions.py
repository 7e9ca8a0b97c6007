"""Where good code looks like a mistake, by rule: what must stay silent, and the fixture that shows it.

Collected from well-regarded programs that deliberately naive versions of the rules fired on. The last table holds what
readers have to get right so that rules may trust the graph.
"""

from __future__ import annotations

SILENT_ON: dict[str, dict[str, str]] = {
    "relu-before-softmax": {
        "global pooling between relu and softmax (NIN)": "good_global_pooling_between.py",
        "average pooling of the whole map between them": "good_average_pooling_over_the_whole_map.py",
        "SqueezeNet's head": "good_squeezenet_head.py",
    },
    "shrinking-filters": {
        "1×1 bottlenecks": "good_1x1_bottleneck.py",
        "1×1 heads": "good_1x1_head.py",
        "DenseNet transitions": "good_densenet_transition.py",
        "MobileNetV2 projections": "good_mobilenet_projection.py",
        "squeeze layers": "good_squeeze_layer.py",
        "decoders": "good_autoencoder.py",
        "U-Nets": "good_unet.py",
        "super-resolution": "good_super_resolution.py",
        "branches and merges": "good_branches_and_merges.py",
        "AlexNet's 384 to 256": "good_alexnet.py",
    },
    "missing-conv-activation": {
        "linear bottlenecks": "good_linear_bottleneck.py",
        "feature pyramids": "good_feature_pyramid.py",
        "regression heads": "good_regression_head.py",
        "pre-activation blocks": "good_preactivation_block.py",
        "depthwise convolutions": "good_depthwise.py",
        "grouped convolutions": "good_grouped.py",
        "(2+1)D pairs": "good_two_plus_one_d.py",
        "patch embedding": "good_patch_embedding.py",
        "frozen convolutions": "good_frozen.py",
        "gates": "good_gate.py",
        "multiplied gates": "good_multiplied_gate.py",
        "an activation behind batch norm, pooling or dropout": "good_activation_after_pooling.py",
        "one of several paths is linear": "good_one_of_several_paths_is_linear.py",
    },
    "missing-dense-activation": {
        "decoder stems": "good_decoder_stem.py",
        "linear autoencoders": "good_linear_autoencoder.py",
        "code layers": "good_code_layer.py",
        "a layer that may be a code: its width is not known": "good_code_of_unknown_width.py",
        "the heads of a variational autoencoder": "good_vae_heads.py",
        "attention projections": "good_attention_projections.py",
        "model outputs": "good_model_outputs.py",
        "frozen layers": "good_frozen.py",
    },
    "oversized-pooling": {
        "global pooling spelled as pooling": "good_global_pooling.py",
        "the 3/2 stem": "good_stem.py",
        "spatial pyramids (stride 1)": "good_spatial_pyramid.py",
        "auxiliary heads": "good_auxiliary_head.py",
        "text": "good_text.py",
        "spectrograms": "good_spectrogram.py",
        "no convolution follows": "good_only_a_classifier_follows.py",
    },
    "bias-before-batchnorm": {
        "not directly followed by batch norm": "good_activation_between.py",
        "read by others, too": "good_read_elsewhere_too.py",
    },
    "dropout-before-batchnorm": {
        "stochastic depth": "good_stochastic_depth.py",
        "SpatialDropout": "good_spatial_dropout.py",
        "pix2pix": "good_pix2pix.py",
        "weights between the two": "good_weights_between.py",
    },
    "softmax-single-unit": {
        "the length of a list grown in a loop not read whole": "good_length_of_a_list_grown_in_an_unread_loop.py",
        "softmax over another axis": "good_attention_over_time.py",
    },
    "double-softmax": {
        "softmax for prediction alone": "good_softmax_only_for_prediction.py",
        "the same under an undecided condition": "good_softmax_only_for_prediction_undecided.py",
        "model.layers.pop()": "good_layers_pop.py",
        "model.pop()": "good_pop.py",
        "Sequential([model, Softmax()]) over logits": "good_probability_model_over_logits.py",
    },
    "missing-output-activation": {
        "from_logits=True": "good_from_logits.py",
        "identity casts": "good_identity_cast.py",
        "sub-models": "good_softmax_inside_a_sub_model.py",
        "sub-models without a loss": "good_sub_model_without_loss.py",
        "branches by mode": "good_mode_branch.py",
        "several outputs, losses in a dict": "good_several_outputs.py",
        "several outputs, losses in a list": "good_list_of_losses.py",
    },
    "relu-without-he-init": {
        "he_normal": "good_he_normal.py",
        "contrib's default": "good_contrib_default_is_he.py",
        "an initialiser that is not known": "good_unknown_initializer.py",
    },
    "selu-without-lecun-init": {
        "TF 1's variance_scaling_initializer() is LeCun normal": "good_tf1_variance_scaling_is_lecun.py",
        "an initialiser that is not known": "good_unknown_initializer.py",
    },
    "unused-layer": {
        "the last pass of a loop": "good_last_pass_of_a_loop.py",
        "values that escape through return, list and dict": "good_value_escapes.py",
        "values that escape through an attribute": "good_kept_on_self.py",
        "a Sequential that is called later": "good_sequential_called_later.py",
        "a layer used twice": "good_layer_used_twice.py",
    },
    "bypassed-layer": {
        "the last pass of a loop": "good_last_pass_of_a_loop.py",
        "a value that escapes through return": "good_value_escapes_through_return.py",
        "a value that escapes through a list": "good_value_escapes_through_a_list.py",
        "a value that escapes through a dict": "good_value_escapes_through_a_dict.py",
        "a value that escapes through an attribute": "good_value_escapes_through_an_attribute.py",
        "a Sequential that is called later": "good_sequential_called_later.py",
        "a layer used twice": "good_layer_used_twice.py",
    },
    "uncalled-layer": {
        "called from a list": "good_called_from_a_list.py",
        "called by its name": "good_called_by_name.py",
        "called in a helper": "good_called_in_a_helper_method.py",
        "called by a subclass": "good_called_by_a_subclass_or_user.py",
        "called in the passes of a loop": "good_called_on_what_a_loop_collects.py",
    },
    "even-kernel-size": {
        "4/2 kernels of GANs": "good_dcgan_discriminator.py",
        "pix2pix": "good_pix2pix_generator.py",
        "patchify": "good_patchify.py",
        "U-Net's 2×2 up-convolutions": "good_unet_up_convolution.py",
        "PatchGAN": "good_patch_gan.py",
        "DQN": "good_dqn.py",
    },
    "sigmoid-with-categorical-crossentropy": {
        "several labels at once": "good_multi_label.py",
        "reconstruction": "good_reconstruction.py",
        "regression between 0 and 1": "good_regression_between_0_and_1.py",
    },
    "binary-crossentropy-multiclass": {
        "several labels at once": "good_multi_label.py",
        "reconstruction": "good_reconstruction.py",
        "regression between 0 and 1": "good_regression_between_0_and_1.py",
    },
    "excessive-dropout": {
        "keep_prob": "good_keep_prob.py",
        "1 - keep_prob": "good_keep_prob_subtracted.py",
        "slim's keep_prob": "good_slim_keep_prob.py",
    },
    "relu-output-with-crossentropy": {
        "embeddings": "good_embedding.py",
        "sub-models": "good_sub_model.py",
    },
    "relu-output-for-regression": {
        "embeddings": "good_embedding.py",
        "sub-models": "good_sub_model.py",
    },
}

READ_RIGHT: dict[str, dict[str, str]] = {
    "relu-before-softmax": {
        "a layer object is truthy": "good_truthy_activation_argument.py",
        "leaky relu as a maximum": "good_leaky_relu_as_maximum.py",
        "an unknown layer breaks the chain": "good_unknown_layer_between.py",
    },
    "missing-conv-activation": {
        "two arms of an if never prove that something is missing": "good_undecided_branch.py",
        "leaky relu as a maximum": "good_leaky_relu_as_maximum.py",
        "slim's default is relu": "good_slim_default_is_relu.py",
        "an activation that cannot be resolved is unknown": "good_unresolved_activation.py",
        "an unknown layer breaks the chain": "good_unknown_layer_between.py",
        "a layer class in a variable": "good_layer_class_in_a_variable.py",
        "compose": "good_compose.py",
        "registries": "good_registry.py",
        "closures": "good_closure.py",
        "a helper that calls a helper": "good_helper_calls_helper_on_self.py",
    },
    "missing-dense-activation": {
        "contrib's default is relu": "good_contrib_default_is_relu.py",
        "an activation that cannot be resolved is unknown": "good_unresolved_activation.py",
    },
    "shrinking-filters": {
        "filters doubled in a loop": "good_filters_doubled_in_a_loop.py",
        "an unknown layer breaks the chain": "good_unknown_layer_breaks_the_chain.py",
    },
    "selu-without-lecun-init": {"functools.partial": "good_partial.py"},
    "dropout-on-output": {"a Sequential may be a block": "good_block.py"},
    "no-trainable-layers": {"a Sequential may be an augmentation": "good_augmentation_block.py"},
    "keep-prob-as-rate": {"slim.dropout's second argument is keep_prob": "good_slim_keep_prob.py"},
    "conv-legacy-positional-kernel": {"Keras 1's Convolution2D(n, 3, 3)": "good_keras_1.py"},
    "even-kernel-size": {
        "Keras 1's Convolution2D(n, 3, 3)": "good_keras_1.py",
        "Keras 2's Conv2D(n, 3, 2) is a stride": "good_strides_positional.py",
    },
    "missing-output-activation": {"without a loss, rules about losses are silent": "good_sub_model_without_loss.py"},
}
