using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Loop;

/// <summary>Turns the allocator's failures, which libtorch reports as text, into an error that says what to change.</summary>
internal static partial class MemoryFault
{
    private static readonly string[] Signs =
        ["out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory", "ALLOC_FAILED", "std::bad_alloc"];

    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

    private static readonly Remedy
        SmallerBatch = new("a smaller per_device_train_batch_size (now {0}; more gradient_accumulation_steps keep the step as it is)", a =>
            a.TrainBatchSize,
            a => a with { TrainBatchSize = a.TrainBatchSize / 2 }),
        SmallerEvalBatch = new("a smaller per_device_eval_batch_size (now {0})", a => a.EvalBatchSize, a =>
            a with { EvalBatchSize = a.EvalBatchSize / 2 }),
        LowerRank = new("a smaller lora_rank (now {0})", a => a.LoraRank, a => a with { LoraRank = a.LoraRank / 2 }),
        Shorter = new("a smaller cutoff_len (now {0})", a => a.CutoffLen, a => a with { CutoffLen = a.CutoffLen / 2 }),
        Recomputing = new("gradient_checkpointing: true", _ => 0, a => a with { GradientCheckpointing = true }),
        HalfPrecision = new("bf16: true", _ => 0, a => a with { Bf16 = true }),
        Quantized = new("quantization_bit: 8 (or 4)", a => a.QuantizationBit ?? 0, a =>
            a.QuantizationBit is null ? a with { QuantizationBit = 8 } : a);

    /// <summary>Whether an exception is a failed allocation, on the CPU or on a GPU.</summary>
    public static bool Is(Exception e) => e is OutOfMemoryException
        || (e is ExternalException && Array.Exists(Signs, sign => e.Message.Contains(sign, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The error for a failed allocation while the base model was loaded.</summary>
    public static MemoryExhaustedException WhileLoading(Exception e, TrainingArguments arguments) =>
        Describe(e, arguments, $"while {arguments.ModelNameOrPath} was loaded", "a smaller base model", HalfPrecision, Quantized);

    /// <summary>The error for a failed allocation of the adapter's weights, its gradients or the optimizer's moments.</summary>
    public static MemoryExhaustedException ForAdapter(Exception e, TrainingArguments arguments) => Describe(
        e, arguments, "while the adapter and its optimizer were made", "fewer modules in lora_target", LowerRank, HalfPrecision, Quantized);

    /// <summary>The error for a failed allocation in a step.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="arguments">Arguments of the training run.</param>
    /// <param name="step">The step, counted from 1.</param>
    /// <param name="longest">Tokens of the step's longest example.</param>
    public static MemoryExhaustedException InStep(Exception e, TrainingArguments arguments, int step, int longest) => Describe(
        e, arguments, $"at step {step}, whose longest example has {longest} tokens", "a smaller base model", SmallerBatch, Shorter,
        Recomputing, HalfPrecision, Quantized);

    /// <summary>The error for a failed allocation in an evaluation.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="arguments">Arguments of the training run.</param>
    /// <param name="step">Steps completed.</param>
    public static MemoryExhaustedException InEvaluation(Exception e, TrainingArguments arguments, int step) =>
        Describe(e, arguments, $"in the evaluation after step {step}", "a smaller val_size", SmallerEvalBatch, Shorter, HalfPrecision,
        Quantized);

    // Suggests only what the configuration does not do yet and would not be refused.
    private static MemoryExhaustedException Describe(Exception e, TrainingArguments arguments, string moment, string last,
        params Remedy[] remedies)
    {
        string[] advice = [.. remedies.Where(remedy => Helps(remedy, arguments)).Select(remedy =>
            string.Format(CultureInfo.InvariantCulture, remedy.Text, remedy.Now(arguments))), last];
        string asked = Asked(e.Message) is { } bytes ? $": {Readable(bytes)} more were asked for and are not there" : "";
        return new MemoryExhaustedException($"out of memory {moment}{asked}. Use {string.Join(", or ", advice)}", e);
    }

    private static bool Helps(Remedy remedy, TrainingArguments arguments)
    {
        TrainingArguments changed = remedy.Apply(arguments);
        return changed != arguments && TrainingArgumentsRules.Faults(changed).Count == 0;
    }

    private static double? Asked(string message)
    {
        Match found = Amount().Match(message);
        if (!found.Success)
            return null;
        int unit = Array.FindIndex(Units, u => u.Equals(found.Groups[2].Value, StringComparison.OrdinalIgnoreCase));
        return double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) * Math.Pow(1024, unit);
    }

    private static string Readable(double bytes)
    {
        int unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++)
            bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.##} {Units[unit]}");
    }

    [GeneratedRegex(@"tried to allocate ([0-9.]+) (bytes|KiB|MiB|GiB|TiB|PiB)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Amount();

    private sealed record Remedy(string Text, Func<TrainingArguments, int> Now, Func<TrainingArguments, TrainingArguments> Apply);
}
