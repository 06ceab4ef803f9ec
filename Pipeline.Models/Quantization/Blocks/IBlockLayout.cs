namespace Pipeline.Models.Quantization.Blocks;

/// <summary>A <see cref="BlockFormat"/> as constants of a kernel.</summary>
internal interface IBlockLayout
{
    /// <inheritdoc cref="BlockFormat.Bits"/>
    static abstract int Bits { get; }

    /// <inheritdoc cref="BlockFormat.Zero"/>
    static abstract int Zero { get; }

    /// <inheritdoc cref="BlockFormat.HasMinimum"/>
    static abstract bool HasMinimum { get; }
}

/// <inheritdoc cref="BlockFormat.Q8"/>
internal readonly struct Q8Layout : IBlockLayout
{
    public static int Bits => 8;

    public static int Zero => 128;

    public static bool HasMinimum => false;
}

/// <inheritdoc cref="BlockFormat.Q4"/>
internal readonly struct Q4Layout : IBlockLayout
{
    public static int Bits => 4;

    public static int Zero => 8;

    public static bool HasMinimum => false;
}

/// <inheritdoc cref="BlockFormat.Q4WithMinimum"/>
internal readonly struct Q4MinimumLayout : IBlockLayout
{
    public static int Bits => 4;

    public static int Zero => 0;

    public static bool HasMinimum => true;
}
