namespace Pipeline.Tools.Starter.Figures;

/// <summary>What a drawn figure shows.</summary>
internal enum FigureKind
{
    BarChart,
    LineChart,
    PieChart,
    ScatterPlot,
    Table,
    FlowDiagram,
    Text,
    Photo,
}
