"""scikit-learn's transformers, one row each, with the signatures of its reference."""

from __future__ import annotations

from cnnlint.readers.python.libraries.rows import Row, on
from cnnlint.readers.python.libraries.sklearn.transformers import (
    Transformer,
    binarize_labels,
    by_function,
    encoder,
    passing,
    reducer,
    scaler,
)

SHARED = "dtype='float64', handle_unknown='error', min_frequency=None, max_categories=None, feature_name_combiner=None"


TRANSFORMERS: dict[str, Transformer] = {
    "StandardScaler": Transformer("*, copy=True, with_mean=True, with_std=True", scaler),
    "MinMaxScaler": Transformer("feature_range=(0, 1), *, copy=True, clip=False", scaler),
    "MaxAbsScaler": Transformer("*, copy=True, clip=False", scaler),
    "RobustScaler": Transformer(
        "*, with_centering=True, with_scaling=True, quantile_range=(25.0, 75.0), copy=True, unit_variance=False", scaler
    ),
    "Normalizer": Transformer("norm='l2', *, copy=True", scaler),
    "QuantileTransformer": Transformer(
        "*, n_quantiles=1000, output_distribution='uniform', "
        "ignore_implicit_zeros=False, subsample=10000, random_state=None, copy=True",
        scaler,
    ),
    "PowerTransformer": Transformer("method='yeo-johnson', *, standardize=True, copy=True", scaler),
    "LabelEncoder": Transformer("", encoder),
    "LabelBinarizer": Transformer("*, neg_label=0, pos_label=1, sparse_output=False", encoder),
    "MultiLabelBinarizer": Transformer("*, classes=None, sparse_output=False", encoder),
    "OneHotEncoder": Transformer(
        f"n_values=None, categorical_features=None, *, categories='auto', drop=None, "
        f"sparse_output|sparse=True, {SHARED}",
        encoder,
    ),
    "OrdinalEncoder": Transformer(
        "*, categories='auto', dtype='float64', handle_unknown='error', unknown_value=None, "
        "encoded_missing_value=None, min_frequency=None, max_categories=None",
        encoder,
    ),
    "SimpleImputer": Transformer(
        "*, missing_values=None, strategy='mean', fill_value=None, copy=True, "
        "add_indicator=False, keep_empty_features=False",
        passing,
    ),
    "Imputer": Transformer("missing_values='NaN', strategy='mean', axis=0, verbose=0, copy=True", passing),
    **{
        name: Transformer(
            "*, sampling_strategy='auto', random_state=None, k_neighbors=5, n_jobs=None, "
            "shrinkage=None, replacement=False, n_neighbors=5, ratio=None, kind=None",
            passing,
        )
        for name in ("SMOTE", "RandomOverSampler", "RandomUnderSampler", "ADASYN")
    },
    "PCA": Transformer(
        "n_components=None, *, copy=True, whiten=False, svd_solver='auto', tol=0.0, "
        "iterated_power='auto', n_oversamples=10, power_iteration_normalizer='auto', random_state=None",
        reducer,
    ),
    "TruncatedSVD": Transformer(
        "n_components=2, *, algorithm='randomized', n_iter=5, n_oversamples=10, "
        "power_iteration_normalizer='auto', random_state=None, tol=0.0",
        reducer,
    ),
    "FastICA": Transformer(
        "n_components=None, *, algorithm='parallel', whiten='unit-variance', fun='logcosh', "
        "fun_args=None, max_iter=200, tol=0.0001, w_init=None, whiten_solver='svd', "
        "random_state=None",
        reducer,
    ),
    "TSNE": Transformer(
        "n_components=2, *, perplexity=30.0, early_exaggeration=12.0, learning_rate='auto', "
        "max_iter|n_iter=1000, n_iter_without_progress=300, min_grad_norm=1e-7, metric='euclidean', "
        "metric_params=None, init='pca', verbose=0, random_state=None, method='barnes_hut', angle=0.5, "
        "n_jobs=None",
        reducer,
    ),
    "PolynomialFeatures": Transformer("degree=2, *, interaction_only=False, include_bias=True, order='C'", reducer),
    "SelectKBest": Transformer("score_func=None, *, k=10", reducer),
}


ROWS: dict[str, Row] = {
    "scale": Row("X, *, axis=0, with_mean=True, with_std=True, copy=True", by_function("scale")),
    "minmax_scale": Row("X, feature_range=(0, 1), *, axis=0, copy=True", by_function("minmax_scale")),
    "maxabs_scale": Row("X, *, axis=0, copy=True", by_function("maxabs_scale")),
    "robust_scale": Row(
        "X, *, axis=0, with_centering=True, with_scaling=True, quantile_range=(25.0, 75.0), copy=True, "
        "unit_variance=False",
        by_function("robust_scale"),
    ),
    "normalize": Row("X, norm='l2', *, axis=1, copy=True, return_norm=False", by_function("normalize")),
    "binarize": Row("X, *, threshold=0.0, copy=True", by_function("binarize")),
    "label_binarize": Row("y, *, classes, neg_label=0, pos_label=1, sparse_output=False", on("y", binarize_labels)),
}
