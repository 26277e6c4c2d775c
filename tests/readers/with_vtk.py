"""Prints what VTK, as in ParaView, finds in an XDMF file: for each record its time, and the grid with its cell values."""
import json
import sys

# Only what reads: the rest of VTK wants a display's libraries.
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
from vtkmodules.vtkIOXdmf2 import vtkXdmfReader

reader = vtkXdmfReader()
reader.SetFileName(sys.argv[1])
reader.UpdateInformation()
information = reader.GetOutputInformation(0)
key = vtkStreamingDemandDrivenPipeline.TIME_STEPS()
records = []
for step in range(information.Length(key)):
    time = information.Get(key, step)
    reader.UpdateTimeStep(time)
    data = reader.GetOutputDataObject(0)
    while data.IsA("vtkMultiBlockDataSet"):
        data = data.GetBlock(0)
    cells = data.GetCellData()
    values = {cells.GetArrayName(i): vtk_to_numpy(cells.GetArray(i)).tolist() for i in range(cells.GetNumberOfArrays())}
    records.append({"time": time, "class": data.GetClassName(), "points": data.GetDimensions(), "origin": data.GetOrigin(),
                    "spacing": data.GetSpacing(), "values": values})
json.dump(records, sys.stdout)
