"""Every figure we print, one line each: its key in JSON, what it means, its unit, which way is better."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    key: str
    meaning: str  # for a card
    unit: str = ""
    better: str = ""  # "more", "less", or neither: a reference to read others by

    def format(self, value: float | list[float]) -> str:
        """Four digits and the unit; a list's values one after the other."""
        values = value if isinstance(value, list) else [value]
        return ", ".join(f"{v:.4g}" for v in values) + (f" {self.unit}" if self.unit else "")


TABLE = (
    Figure("accuracy", "share of test images put in their class", better="more"),
    Figure("neg_elbo_nats", "−ELBO a test image, one draw of z, grey-valued cross-entropy", "nats", "less"),
    Figure("reconstruction_nats", "cross-entropy of the reconstruction", "nats", "less"),
    Figure("reconstruction_mse", "squared error of the reconstruction, summed over pixels", better="less"),
    Figure("kl_nats", "KL(q(z|x) ‖ N(0, I))", "nats"),
    Figure("nll_nats", "−log p(x) a test image", "nats", "less"),
    Figure("bits_per_dim", "the same in bits a pixel", "bits", "less"),
    Figure("category_acc", "share of test images whose category, named by the training images most often in it, is their class", better="more"),
    Figure("clipped_share", "share of the critic's weights within 1 % of ±c, the bound of their clipping"),
    Figure("fid", "Fréchet distance to the test set, in the features of our classifier; mean of three sets of samples, a pixel model's of one", better="less"),
    Figure("fid_spread", "the largest less the smallest of three sets of samples"),
    Figure("fid_floor", "the same between real training and real test images"),
    Figure("fid_lenet", "`fid` in the features of a second judge, a LeNet-5 of its own seed", better="less"),
    Figure("kid", "kernel distance, same features", better="less"),
    Figure("density", "fidelity, about 1 for real images (k = 5)", better="more"),
    Figure("coverage", "variety, about 1 for real images (k = 5)", better="more"),
    Figure("class_entropy_nats", "entropy of the classes that our classifier reads in the generated images; of ten that come alike 2.303", "nats", "more"),
    Figure("fid_unguided", "`fid` of images drawn without guidance (w = 0)", better="less"),
    Figure("gan_test_acc", "our classifier finds the asked class in the generated images", better="more"),
    Figure("gan_test_acc_lenet", "`gan_test_acc` as the second judge reads", better="more"),
    Figure("gan_test_acc_unguided", "`gan_test_acc` of images drawn without guidance (w = 0)", better="more"),
    Figure("gan_train_acc", "a classifier taught by generated images only, on the real test set", better="more"),
    Figure("gan_train_n", "generated images it was taught by"),
    Figure("swap_identity_acc", "a test image's z kept, its class changed: our classifier finds the new class", better="more"),
    Figure("swap_psnr_db", "swapped pictures against the true ones, source and target held out", "dB", "more"),
    Figure("swap_ssim", "the same in structural similarity", better="more"),
    Figure("swap_sharpness", "mean gradient of swapped pictures over that of the true ones", better="more"),
    Figure("swap_pairs", "swaps measured"),
    Figure("copy_psnr_db", "the source left as it is, against the true picture", "dB"),
    Figure("light_mean_psnr_db", "the mean training picture of that light or pose, against the true picture", "dB"),
    Figure("nearest_psnr_db", "the training picture of the target most like the source, against the true picture", "dB"),
    Figure("inpaint_psnr_db", "inside a random hole, after each pass", "dB", "more"),
    Figure("held_out_error", "own pictures held out: bits a pixel, squared error, or squared distance to the nearest draw, as the model's kind has it", better="less"),
    Figure("held_out_n", "own pictures held out"),
    Figure("copy_ratio", "distance of draws to the nearest learned picture over that to the nearest held out: about 1 where they are new, far below where they are copies"),
    Figure("own_read_acc", "a small classifier of own pictures finds the asked class in the generated ones", better="more"),
    Figure("own_reader_acc", "that classifier on the own pictures held out", better="more"),
    Figure("kept_acc", "draws of the classes known before, read as asked by their classifier", better="more"),
    Figure("kept_acc_before", "the same before the fine-tuning"),
    Figure("mean_fill_psnr_db", "the hole filled with the mean of the known pixels", "dB"),
)  # fmt: skip
FIGURES = {figure.key: figure for figure in TABLE}
