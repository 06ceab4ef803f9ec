namespace Pipeline.Models.Text;

/// <summary>
/// The templates under LLaMA-Factory's names with its strings, so that an adapter trained there answers here and vice versa.
/// Reference: hiyouga/LLaMA-Factory, src/llamafactory/data/template.py.
/// </summary>
internal static class ChatTemplates
{
    private static readonly TemplateSlot[] ChatMlUser = ["<|im_start|>user\n{{content}}<|im_end|>\n<|im_start|>assistant\n"];
    private static readonly TemplateSlot[] ChatMlAssistant = ["{{content}}<|im_end|>\n"];
    private static readonly TemplateSlot[] ChatMlSystem = ["<|im_start|>system\n{{content}}<|im_end|>\n"];
    private static readonly TemplateSlot[] QwenObservation =
        ["<|im_start|>user\n<tool_response>\n{{content}}\n</tool_response><|im_end|>\n<|im_start|>assistant\n"];

    public static IReadOnlyDictionary<string, ChatTemplate> All { get; } = new ChatTemplate[]
    {
        new("default")
        {
            User = ["Human: {{content}}", TemplateSlot.Eos, "\nAssistant:"],
            Assistant = ["{{content}}", TemplateSlot.Eos, "\n"],
            System = ["System: {{content}}", TemplateSlot.Eos, "\n"],
        },
        new("empty") { Assistant = ["{{content}}"] },
        new("alpaca")
        {
            User = ["### Instruction:\n{{content}}\n\n### Response:\n"],
            Assistant = ["{{content}}", TemplateSlot.Eos, "\n\n"],
            DefaultSystem = "Below is an instruction that describes a task. "
                + "Write a response that appropriately completes the request.\n\n",
        },
        new("chatml")
        {
            User = ChatMlUser,
            Assistant = ChatMlAssistant,
            System = ChatMlSystem,
            Observation = ["<|im_start|>tool\n{{content}}<|im_end|>\n<|im_start|>assistant\n"],
            StopWords = ["<|im_end|>", "<|im_start|>"],
            ReplaceEos = true,
        },
        new("qwen")
        {
            User = ChatMlUser,
            Assistant = ChatMlAssistant,
            System = ChatMlSystem,
            Observation = QwenObservation,
            DefaultSystem = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
            StopWords = ["<|im_end|>"],
            ReplaceEos = true,
        },
        new("qwen2_vl")
        {
            User = ChatMlUser,
            Assistant = ChatMlAssistant,
            System = ChatMlSystem,
            Observation = QwenObservation,
            DefaultSystem = "You are a helpful assistant.",
            StopWords = ["<|im_end|>"],
            ReplaceEos = true,
        },
        new("qwen3_nothink")
        {
            User = ChatMlUser,
            Assistant = ChatMlAssistant,
            System = ChatMlSystem,
            Observation = QwenObservation,
            StopWords = ["<|im_end|>"],
            ReplaceEos = true,
        },
        new("mistral")
        {
            Prefix = [TemplateSlot.Bos],
            User = ["[INST] {{content}}[/INST]"],
            Assistant = [" {{content}}", TemplateSlot.Eos],
            System = ["{{content}}\n\n"],
            Observation = ["[TOOL_RESULTS] {\"content\": {{content}}}[/TOOL_RESULTS]"],
            IsSystemInQuestion = true,
        },
        new("llama3")
        {
            Prefix = [TemplateSlot.Bos],
            User =
            [
                "<|start_header_id|>user<|end_header_id|>\n\n{{content}}<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n",
            ],
            Assistant = ["{{content}}<|eot_id|>"],
            System = ["<|start_header_id|>system<|end_header_id|>\n\n{{content}}<|eot_id|>"],
            Observation =
            [
                "<|start_header_id|>ipython<|end_header_id|>\n\n{{content}}<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n",
            ],
            StopWords = ["<|eot_id|>", "<|eom_id|>"],
            ReplaceEos = true,
        },
        new("phi")
        {
            User = ["<|user|>\n{{content}}<|end|>\n<|assistant|>\n"],
            Assistant = ["{{content}}<|end|>\n"],
            System = ["<|system|>\n{{content}}<|end|>\n"],
            StopWords = ["<|end|>"],
            ReplaceEos = true,
        },
        new("phi4")
        {
            User = ["<|im_start|>user<|im_sep|>{{content}}<|im_end|><|im_start|>assistant<|im_sep|>"],
            Assistant = ["{{content}}<|im_end|>"],
            System = ["<|im_start|>system<|im_sep|>{{content}}<|im_end|>"],
            StopWords = ["<|im_end|>"],
            ReplaceEos = true,
        },
        new("phi4_mini")
        {
            User = ["<|user|>{{content}}<|end|><|assistant|>"],
            Assistant = ["{{content}}<|end|>"],
            System = ["<|system|>{{content}}<|end|>"],
            StopWords = ["<|end|>"],
            ReplaceEos = true,
        },
    }.ToDictionary(template => template.Name, StringComparer.Ordinal);
}
