namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// Keys of LLaMA-Factory and transformers that this product recognizes but computes nothing from. Those that change nothing here are
/// accepted (<see cref="IdleKeys"/>); those that would change the result are refused by name, with a way out.
/// </summary>
internal static class ForeignKeys
{
    private const string TakeOut = "take the key out";
    private const string Evaluation = "it is of LLaMA-Factory's evaluation; take the key out";
    private const string Optimizers = "take the key out; the optimizer is adamw_torch";
    private const string Tokens = "take the key out; the vocabulary is the model's";

    // The names that the original work's scripts and older versions of LLaMA-Factory use.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["lora_r"] = "lora_rank",
        ["evaluation_strategy"] = "eval_strategy",
        ["no_cuda"] = "use_cpu",
    };

    private static readonly Dictionary<string, Refusal> Refused = new(StringComparer.Ordinal)
    {
        ["do_train"] = new("set it to true; ./pipeline eval measures without training", "true", "yes", "on", "1"),
        ["do_predict"] = new("take the key out; ./pipeline eval answers with base and adapter"),
        ["predict_with_generate"] = new("take the key out; ./pipeline eval answers with base and adapter"),
        ["compute_accuracy"] = new("take the key out; eval_loss is what is measured"),
        ["eval_on_each_dataset"] = new("take the key out; all of eval_dataset is measured together"),
        ["eval_on_start"] = new("take the key out; ./pipeline eval measures the base"),
        ["eval_delay"] = new(TakeOut),

        ["pure_bf16"] = new("use bf16: true; adapter and optimizer stay in float32"),
        ["fp8"] = new("use bf16: true"),
        ["quantization_type"] = new("use nf4", "nf4"),

        ["additional_target"] = new("take the key out; lora_target names all that is trained"),
        ["create_new_adapter"] = new("merge the earlier adapter into its base first (./pipeline merge)"),
        ["adapter_folder"] = new("give the whole path as adapter_name_or_path"),
        ["loraplus_lr_ratio"] = new(TakeOut),
        ["pissa_init"] = new(TakeOut),
        ["use_llama_pro"] = new(TakeOut),
        ["use_dft_loss"] = new(TakeOut),
        ["use_asft_loss"] = new(TakeOut),
        ["use_eaft_loss"] = new(TakeOut),
        ["label_smoothing_factor"] = new(TakeOut),
        ["mixture_of_depths"] = new(TakeOut),
        ["shift_attn"] = new(TakeOut),
        ["rope_scaling"] = new("take the key out; rope_scaling of the model's config.json is followed"),
        ["train_from_scratch"] = new(TakeOut),
        ["model_revision"] = new("fetch that revision (./pipeline pull MODEL_ID --revision) and name its folder", "main"),
        ["use_kt"] = new(TakeOut),

        ["use_mca"] = new(TakeOut),
        ["use_hyper_parallel"] = new(TakeOut),

        ["adafactor"] = new(Optimizers),
        ["optim_args"] = new(Optimizers),
        ["optim_target_modules"] = new(Optimizers),
        ["use_adam_mini"] = new(Optimizers),
        ["use_apollo"] = new(Optimizers),
        ["use_badam"] = new(Optimizers),
        ["use_galore"] = new(Optimizers),
        ["use_muon"] = new(Optimizers),

        ["resize_vocab"] = new(Tokens),
        ["add_tokens"] = new(Tokens),
        ["add_special_tokens"] = new(Tokens),
        ["new_special_tokens_config"] = new(Tokens),

        ["streaming"] = new("take the key out; the examples are read into memory"),
        ["tokenized_path"] = new("take the key out; the examples are encoded at each start"),
        ["ignore_data_skip"] = new("take the key out; a resumed training goes on at its place in the data"),

        ["task"] = new(Evaluation),
        ["task_dir"] = new(Evaluation),
        ["batch_size"] = new("it is of LLaMA-Factory's evaluation; a training has per_device_train_batch_size"),
        ["lang"] = new(Evaluation),
        ["n_shot"] = new(Evaluation),
        ["save_dir"] = new("it is of LLaMA-Factory's evaluation; a training has output_dir"),
        ["download_mode"] = new(Evaluation),

        ["push_to_hub"] = new("take the key out; upload output_dir yourself"),
        ["save_safetensors"] = new("set it to true; weights are written as safetensors only", "true", "yes", "on", "1"),
    };

    /// <summary>Names for "did you mean" suggestions and lists.</summary>
    public static IEnumerable<string> Names => IdleKeys.Names.Concat(Refused.Keys);

    /// <summary>The key that a given name stands for.</summary>
    public static string NameOf(string given) => Aliases.GetValueOrDefault(given, given);

    /// <summary>Whether a key is accepted but has no effect.</summary>
    public static bool IsAccepted(string name) => IdleKeys.Contains(name);

    public static bool IsKnown(string name) => IdleKeys.Contains(name) || Refused.ContainsKey(name);

    /// <summary>What is wrong with a value of a known key, or null.</summary>
    public static SettingFault? Check(string name, ConfigurationValue value) =>
        Refused.TryGetValue(name, out Refusal? refusal) && !refusal.IsHarmless(value)
        ? new SettingFault(name, $"'{value}' is not computed by this version; {refusal.WayOut}") : null;

    // Without harmless values: anything that means "off".
    private sealed record Refusal(string WayOut, params string[] Harmless)
    {
        private static readonly string[] Off = ["false", "no", "off", "none", "0", "0.0"];

        public bool IsHarmless(ConfigurationValue value)
        {
            IEnumerable<string> given = value.IsFlag ? ["true"] : value.Items;
            return value.Map is not { Count: > 0 }
                && given.All(item => (Harmless.Length == 0 ? Off : Harmless).Contains(item, StringComparer.OrdinalIgnoreCase));
        }
    }
}
